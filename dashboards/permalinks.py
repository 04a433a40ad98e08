"""Addresses to send on: the full one, which can be read, and a short one for paper, QR codes and messages.

`share(address) -> Share(full, short)`. `/k/<code>` leads on inside this board and nowhere else; whoever is not signed
in signs in first and then goes on. What the page shows is decided by the page, as for any address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from flask import Flask, redirect
from flask.typing import ResponseReturnValue

from dashboards.components import states
from dashboards.context import current_now, current_store, parts, public_address
from dashboards.errors import state_page
from dashboards.security.addresses import local_address
from dashboards.selection import Selection
from data import short_addresses

PREFIX = "/k/"
LONG = 24  # characters of path and query from which a short address is worth having


@dataclass(frozen=True, slots=True)
class Share:
    """Two whole addresses of one page. `short` equals `full` where that is short already."""

    full: str
    short: str


def share(address: str) -> Share:
    """The addresses of a page of this board, to send to others. Call it inside a request.

    Of the query only the reader's choices are kept (`Selection`): a short address never stores what somebody wrote.

    Raises
    ------
    ValueError
        `address` is no page of this board.
    """
    return share_all([address])[0]


def share_all(addresses: Sequence[str]) -> list[Share]:
    """`share` for the pages of one screen at once; raises as it does, and keeps none then."""
    paths = [canonical(address) for address in addresses]
    base = public_address()
    long = [path for path in paths if len(path) > LONG]
    codes = dict(zip(long, short_addresses.keep_all(current_store(), long, now=current_now()), strict=True))
    return [Share(base + path, base + (f"{PREFIX}{codes[path]}" if path in codes else path)) for path in paths]


def canonical(address: str) -> str:
    """Path and query of a page of this board with nothing but the reader's choices; ValueError for anything else."""
    found = urlsplit(local_address(address, otherwise=""))
    if not found.path or parts().registry.find(found.path) is None:
        raise ValueError("not a page of this board")
    return quote(unquote(found.path)) + Selection.from_query(found.query).to_query()


def install(server: Flask) -> None:
    @server.get(f"{PREFIX}<code>")
    def follow(code: str) -> ResponseReturnValue:
        """Only what `share` kept is known here, and it is looked at again: no code leads off this board."""
        address = local_address(short_addresses.find(current_store(), code), otherwise="")
        if not address:
            return state_page(404, states.not_found())
        return redirect(address, 302)
