"""Scripts and style sheets: written once with a compressed copy beside each, then served without asking Flask.

Compressing Plotly while somebody waits takes seconds, so nothing is compressed on the fly (`compress=True` is off).
What Dash would serve is copied to `var/static` under the very addresses Dash writes into its pages, with a .gz beside
it, and WhiteNoise serves it from there, also to somebody who is not signed in: it is the same for everybody.

- An address that changes with its content (Dash's fingerprint; our own `?m=`) may be kept for ever.
- The parts Dash loads late (the chart, Plotly) are asked for without a fingerprint in Dash 4.4, so a browser keeps them
  but asks each time whether they still hold, and is answered with 304 and no content.

A file that is missing here is served by Dash itself, as it is.
"""

from __future__ import annotations

import gzip
import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from wsgiref.headers import Headers

from dash.fingerprint import check_fingerprint
from flask import Flask, Response, request
from whitenoise import WhiteNoise

if TYPE_CHECKING:
    from dash import Dash

SUITES = "/_dash-component-suites/"
ASSETS = "/assets/"
# A part of Dash that no page of ours uses: dash_table, deprecated in Dash 4. (The polyfill looks like another, but the
# scripts of dcc take regeneratorRuntime from it.)
_UNUSED = re.compile(rf'<script src="{SUITES}dash/dash_table/[^"]*"></script>\n?')
_ADDRESS = re.compile(rf'(?:src|href)="({SUITES}[^"?]+)"')

# What a chart needs, by the addresses dcc asks for when it draws the first one.
CHART_SCRIPTS = (f"{SUITES}plotly/package_data/plotly.min.js", f"{SUITES}dash/dcc/async-graph.js")

# An answer shorter than this fits into one packet anyway.
LEAST_BYTES = 1400


def addresses(app: Dash) -> dict[str, Path]:
    """Every address a page of ours can ask for, and the file that answers it.

    That is our own assets, the scripts and style sheets of Dash's index page, and what those load when it is needed.
    """
    folder = Path(app.config.assets_folder)
    found = {
        f"{ASSETS}{path.relative_to(folder).as_posix()}": path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".") and path.name != "icons.svg"
    }
    page = without_unused(app._generate_scripts_html()) + app._generate_css_dist_html()
    for address in _ADDRESS.findall(page):
        package, _, name = address.removeprefix(SUITES).partition("/")
        path = _in_package(package, check_fingerprint(name)[0])
        if path is not None:
            found[address] = path
    for package, names in app.registered_paths.items():
        for name in names:
            if name.endswith("plotly.min.js") or re.fullmatch(r"dcc/async-[\w-]+\.js", name):
                path = _in_package(package, name)
                if path is not None:
                    found[f"{SUITES}{package}/{name}"] = path
    return found


def without_unused(scripts: str) -> str:
    """The script tags of Dash's index page without those for parts that no page of ours uses."""
    return _UNUSED.sub("", scripts)


def _in_package(package: str, name: str) -> Path | None:
    module = sys.modules.get(package)
    if module is None or not module.__file__:
        return None
    path = Path(module.__file__).parent / name
    return path if path.is_file() else None


def write(files: dict[str, Path], folder: Path) -> int:
    """Bring `folder` in line with `files`; returns how many had to be written. A second start writes nothing.

    A copy is up to date when it has its original's size and time. What no address asks for any more is removed.
    """
    written = 0
    wanted: set[Path] = set()
    for address, original in files.items():
        copy = folder / address.lstrip("/")
        packed = copy.with_name(copy.name + ".gz")
        wanted |= {copy, packed}
        if _is_same(copy, original) and (packed.exists() or copy.suffix == ".png"):
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        content = original.read_bytes()
        _replace(packed, gzip.compress(content, compresslevel=9, mtime=0))
        _replace(copy, content)
        shutil.copystat(original, copy)
        written += 1
    if folder.is_dir():
        for path in folder.rglob("*"):
            if path.is_file() and path not in wanted:
                path.unlink()
    return written


def _is_same(copy: Path, original: Path) -> bool:
    if not copy.exists():
        return False
    one, other = copy.stat(), original.stat()
    return one.st_size == other.st_size and int(one.st_mtime) == int(other.st_mtime)


def _replace(path: Path, content: bytes) -> None:
    """Whole or not at all: a start that is broken off leaves no half script behind."""
    half = path.with_name(path.name + ".half")
    half.write_bytes(content)
    half.replace(path)


class StaticFiles(WhiteNoise):
    """WhiteNoise over the written folder. An asset asked for without its mark goes to Dash."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        is_unmarked = not environ.get("QUERY_STRING", "").startswith("m=")
        if environ.get("PATH_INFO", "").startswith(ASSETS) and is_unmarked:
            answer: Iterable[bytes] = self.application(environ, start_response)
            return answer
        served: Iterable[bytes] = super().__call__(environ, start_response)
        return served


def keeps_for_ever(_path: str, address: str) -> bool:
    """Whether an address changes when its content does."""
    return address.startswith(ASSETS) or check_fingerprint(address)[1]


def _headers(headers: Headers, path: str, address: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if not keeps_for_ever(path, address):
        headers["Cache-Control"] = "public, no-cache"


def install(app: Dash, folder: Path) -> None:
    """Write the files of `app` into `folder` and put WhiteNoise in front of its server."""
    write(addresses(app), folder)
    server: Any = app.server
    server.wsgi_app = StaticFiles(
        server.wsgi_app,
        root=str(folder),
        max_age=None,
        allow_all_origins=False,
        immutable_file_test=keeps_for_ever,
        add_headers_function=_headers,
    )


def compress_answers(server: Flask) -> None:
    """Send long answers to callbacks compressed: a matrix of some hundred cells shrinks to a tenth.

    Only JSON for scripts, never a page: a page holds the session's token beside text from the address, and the length
    of the compressed page would let an eavesdropper guess the token letter by letter (BREACH).
    """

    @server.after_request
    def pack_callbacks(response: Response) -> Response:
        if request.path.startswith("/_dash-"):
            pack(response)
        return response


def pack(response: Response) -> None:
    """Compress a long JSON answer, where the browser takes it and it is not compressed yet."""
    if (
        response.mimetype == "application/json"
        and response.status_code == 200
        and takes_packed()
        and not response.direct_passthrough
        and "Content-Encoding" not in response.headers
    ):
        content = response.get_data()
        if len(content) >= LEAST_BYTES:
            response.set_data(gzip.compress(content, compresslevel=3, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
            response.headers.add("Vary", "Accept-Encoding")


def takes_packed() -> bool:
    """Whether the browser that asks takes compressed answers."""
    return "gzip" in request.headers.get("Accept-Encoding", "")
