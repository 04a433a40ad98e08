"""Scripts and style sheets come compressed, from files, and are kept by the browser as long as they hold."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from structlog.testing import capture_logs

from app import create_app
from dashboards import static
from data.store import Store
from settings import Settings

VisitorOf = Callable[[Dash], Any]
FOR_EVER = "max-age=315360000, public, immutable"


@pytest.fixture(scope="module")
def static_board(board_settings: Settings, board_store: Store, request: pytest.FixtureRequest) -> Iterator[Dash]:
    from dashboards.pages import Registry

    yield create_app(board_settings, board_store, registry=Registry(()))


def _addresses(page: str) -> list[str]:
    return re.findall(r'<(?:script|link)[^>]+?(?:src|href)="([^"]+)"', page)


def test_what_a_page_asks_for_comes_compressed_and_may_be_kept_for_ever(
    static_board: Dash, visitor_of: VisitorOf
) -> None:
    visitor = visitor_of(static_board)
    found = set(_addresses(visitor.get("/log-ind").text))
    visitor.sign_in()
    found |= set(_script_addresses(static_board))
    assert len(found) > 12
    for address in sorted(found):
        answer = visitor.get(address, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200, address
        assert answer.headers["Content-Encoding"] == "gzip", address
        assert answer.headers["Cache-Control"] == FOR_EVER, address
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def _script_addresses(app: Dash) -> list[str]:
    return re.findall(r'src="([^"]+)"', static.without_unused(app._generate_scripts_html()))


def test_the_chart_is_asked_for_without_a_mark_and_is_told_when_nothing_changed(
    static_board: Dash, visitor_of: VisitorOf
) -> None:
    visitor = visitor_of(static_board)
    path = "/_dash-component-suites/plotly/package_data/plotly.min.js"
    first = visitor.get(path, headers={"Accept-Encoding": "gzip"})
    assert first.headers["Cache-Control"] == "public, no-cache"
    assert len(first.data) < 1_600_000 < 4_000_000 < len(gzip.decompress(first.data))
    again = visitor.get(path, headers={"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_an_asset_without_its_mark_is_not_kept(static_board: Dash, visitor_of: VisitorOf) -> None:
    answer = visitor_of(static_board).get("/assets/10-base.css")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"


def test_the_copies_say_the_same_as_their_originals(static_board: Dash, board_settings: Settings) -> None:
    folder = board_settings.var / "static"
    files = static.addresses(static_board)
    assert any(address.endswith("plotly.min.js") for address in files)
    assert any(address.endswith("async-graph.js") for address in files)
    assert not any("dash_table" in address or address.endswith(".map") for address in files)
    for address, original in files.items():
        copy = folder / address.lstrip("/")
        assert copy.read_bytes() == original.read_bytes()
        assert gzip.decompress(copy.with_name(copy.name + ".gz").read_bytes()) == original.read_bytes()


def test_a_second_start_writes_nothing_and_a_changed_file_is_written_anew(tmp_path: Path) -> None:
    original = tmp_path / "one.js"
    original.write_text("let a = 1", encoding="utf-8")
    folder = tmp_path / "static"
    files = {"/assets/one.js": original}
    assert [static.write(files, folder), static.write(files, folder)] == [1, 0]
    original.write_text("let a = 12", encoding="utf-8")
    assert static.write(files, folder) == 1
    assert gzip.decompress((folder / "assets/one.js.gz").read_bytes()) == b"let a = 12"


def test_what_no_address_asks_for_any_more_is_removed(tmp_path: Path) -> None:
    original = tmp_path / "one.js"
    original.write_text("1", encoding="utf-8")
    folder = tmp_path / "static"
    static.write({"/assets/one.js": original, "/assets/old.js": original}, folder)
    static.write({"/assets/one.js": original}, folder)
    assert sorted(path.name for path in (folder / "assets").iterdir()) == ["one.js", "one.js.gz"]


def test_an_address_outside_the_folder_is_not_served(static_board: Dash, visitor_of: VisitorOf) -> None:
    visitor = visitor_of(static_board)
    for path in ("/assets/../app.py?m=1", "/assets/%2e%2e/settings.py?m=1", "/_dash-component-suites/dash/../../x?m=1"):
        assert b"Settings" not in visitor.get(path).data


@pytest.mark.parametrize("rest", ["dash/../../app.py", "nope/x.js", "dash/deps/nope.js", "dash/resources.py"])
def test_a_script_that_is_not_there_is_404_and_no_error_of_ours(board: Dash, visitor: Any, rest: str) -> None:
    with capture_logs() as logs:
        answer = visitor.get(f"/_dash-component-suites/{rest}")
    assert (answer.status_code, answer.get_json()["reference"]) == (404, "")
    assert logs == []


def test_long_answers_to_scripts_are_compressed_and_pages_are_not(board: Dash, visitor: Any) -> None:
    visitor.sign_in()
    accept = {"Accept-Encoding": "gzip"}
    page = visitor.get("/", headers=accept)
    assert "Content-Encoding" not in page.headers  # it holds the token beside text from the address
    body = {
        "output": "told.children", "outputs": {"id": "told", "property": "children"},
        "inputs": [{"id": "told", "property": "n_clicks", "value": 20_000}], "changedPropIds": ["told.n_clicks"],
    }  # fmt: skip
    headers = {"X-CSRFToken": visitor.cookie("tavle_csrf"), **accept}
    answer = visitor.client.post("/_dash-update-component", json=body, headers=headers)
    assert answer.headers["Content-Encoding"] == "gzip" and len(answer.data) < 1000
    assert json.loads(gzip.decompress(answer.data))["response"]["told"]["children"] == "x" * 20_000


def test_a_page_with_a_chart_fetches_plotly_early_and_no_other_page_does(
    static_board: Dash, visitor: Any, board_settings: Settings
) -> None:
    visitor.sign_in()
    early = {
        path: re.findall(r'<link rel="preload" as="script" href="([^"]+)"', visitor.get(path).text)
        for path in ("/", "/indikator/KIR-01")
    }
    assert early == {"/": [], "/indikator/KIR-01": list(static.CHART_SCRIPTS)}
    for address in static.CHART_SCRIPTS:  # a wrong address would fetch it twice
        assert (board_settings.var / "static" / address.lstrip("/")).is_file()


def test_scripts_no_page_uses_stay_at_home(visitor: Any) -> None:
    page = visitor.sign_in().get("/").text
    assert "dash_table" not in " ".join(_addresses(page))
    assert not any("plotly.min.js" in address for address in _addresses(page)), "Plotly waits for the first chart"
