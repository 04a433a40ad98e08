"""Where a sign-in or a switch of language may send somebody on to: addresses of this site, nothing else."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus, urlsplit

from data import cpr

# Paths that are not pages: going back to them after signing in would show raw answers or sign out again.
_NOT_PAGES = ("/_", "/log-ind", "/log-ud", "/sprog/", "/tema/", "/assets/", "/api/", "/healthz", "/metrics")
_PLAIN = re.compile(r"/[^\\\x00-\x20\x7f]*")
LONGEST = 2000


def is_personal(address: str) -> bool:
    """Whether an address holds a CPR-like number, so that no link on the answer may carry it along."""
    return cpr.count(unquote_plus(address)) > 0


def local_address(wanted: str | None, *, otherwise: str = "/", also: str = "") -> str:
    """`wanted` if it is a page of this site (or the path `also`), else `otherwise`.

    Browsers read `//host`, `/\\host` and addresses with control characters or blanks in them as other sites, so none of
    those is let through.

    Examples
    --------
    >>> local_address("/indikator/KIR-01?v=1&enhed=NOH")
    '/indikator/KIR-01?v=1&enhed=NOH'
    >>> local_address("//evil.example/"), local_address("https://evil.example"), local_address("/_dash-layout")
    ('/', '/', '/')
    >>> local_address("/indikator/KIR-01?enhed=010190%2D1234")
    '/'
    """
    if not wanted or len(wanted) > LONGEST or not _PLAIN.fullmatch(wanted) or wanted.startswith("//"):
        return otherwise
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return otherwise
    if parts.scheme or parts.netloc:
        return otherwise
    if is_personal(wanted):
        return otherwise
    return otherwise if parts.path.startswith(_NOT_PAGES) and parts.path != also else wanted
