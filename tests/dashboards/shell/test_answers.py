"""Finished answers that are given again: to whom, for how long, and which are not."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from dash import Dash, Input, Output, html

from app import create_app
from dashboards.context import current_theme, current_viewer
from dashboards.pages import PageRecord, Registry
from dashboards.selection import Selection
from dashboards.text import language
from data import accounts
from data.access import SYSTEM, Grant, Role
from data.store import Store, write_info
from settings import Settings
from tests.dashboards.shell.conftest import NOW, Visitor


class Counted:
    """A board whose pages count how often they were drawn."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.drawn = 0
        self.breaks = False
        module = ModuleType("counted_pages")
        module.register_callbacks = self._callbacks  # type: ignore[attr-defined]
        pages = (
            PageRecord("/", "Overblik", self._draw, order=1, is_kept=True, kept_answers=frozenset({"more.children"})),
            PageRecord("/ur", "Ur", self._draw, order=2),
        )
        self.app: Dash = create_app(settings, store, registry=Registry(pages, (module,)), with_static=False)

    def _draw(self, selection: Selection) -> html.Div:
        self.drawn += 1
        if self.breaks:
            raise ValueError("broken")
        viewer, told = current_viewer(), f"{language()} {current_theme()} {'x' * 2000}"
        words = f"{viewer.name} {selection.unit} {selection.months} {sorted(viewer.own_units)} {told}"
        return html.Div(words)

    def _callbacks(self, app: Dash) -> None:
        @app.callback(Output("more", "children"), Input("more", "n_clicks"), prevent_initial_call=True)
        def more(n_clicks: int) -> str:
            self.drawn += 1
            if self.breaks:
                raise ValueError("broken")
            return f"{current_viewer().name} {n_clicks}"

        @app.callback(Output("other", "children"), Input("more", "n_clicks"), prevent_initial_call=True)
        def other(n_clicks: int) -> str:
            self.drawn += 1
            return str(self.drawn)


@pytest.fixture
def counted(board_settings: Settings, board_store: Store) -> Counted:
    return Counted(board_settings, board_store)


@pytest.fixture
def visitor(counted: Counted, visitor_of: Callable[[Dash], Visitor]) -> Visitor:
    return visitor_of(counted.app).sign_in()


def words_of(answer: dict[str, Any]) -> str:
    return str(answer["content"]["children"]["props"]["children"])


def test_the_same_question_again_is_answered_with_the_same_words_without_drawing_anew(
    counted: Counted, visitor: Visitor
) -> None:
    first, second, third = visitor.show("/"), visitor.show("/"), visitor.show("/", "?v=1&periode=24")
    assert first == second
    assert words_of(third) != words_of(first)
    assert counted.drawn == 2


def test_nobody_is_given_what_was_kept_for_somebody_else(
    counted: Counted, visitor: Visitor, visitor_of: Callable[[Dash], Visitor]
) -> None:
    mine = words_of(visitor.show("/"))
    other = visitor_of(counted.app).sign_in("hvidovre@tavle.example")
    theirs = words_of(other.show("/"))
    assert "Maja Havreled" in mine and "Ole Lund" in theirs
    assert "NOH" not in theirs
    stranger = visitor_of(counted.app)
    refused = stranger.callback("more.children", {"more.n_clicks": 1}, token="")
    assert refused.status_code in (400, 401)
    # Without the token of the session there is no answer either, kept or not.
    assert visitor.callback("more.children", {"more.n_clicks": 1}, token="").status_code == 400


def test_what_is_kept_ends_with_the_next_write_whatever_it_is(
    counted: Counted, visitor: Visitor, board_store: Store
) -> None:
    visitor.show("/")
    board_store.write(lambda connection: write_info(connection, "note", "x"), changes_data=False)
    visitor.show("/")
    assert counted.drawn == 2


def test_a_right_that_is_taken_away_takes_the_kept_answer_with_it(
    counted: Counted, visitor_of: Callable[[Dash], Visitor], board_store: Store
) -> None:
    email = "flytter@tavle.example"
    accounts.create(
        board_store, SYSTEM, email=email, name="Liv Flyt", password="en lang adgangskode", now=NOW,
        grants=[Grant(Role.LEADER, unit_code="NOH")],
    )  # fmt: skip
    visitor = visitor_of(counted.app).sign_in(email)
    assert "NOH" in words_of(visitor.show("/"))
    accounts.set_grants(board_store, SYSTEM, email, [Grant(Role.LEADER, unit_code="AHH")], now=NOW)
    assert "NOH" not in words_of(visitor.show("/"))


def test_language_and_theme_have_answers_of_their_own(counted: Counted, visitor: Visitor) -> None:
    assert " da light" in words_of(visitor.show("/"))
    visitor.get("/sprog/en")
    assert " en light" in words_of(visitor.show("/"))
    visitor.get("/tema/dark")
    assert " en dark" in words_of(visitor.show("/"))


def test_what_broke_is_tried_again(counted: Counted, visitor: Visitor) -> None:
    counted.breaks = True
    visitor.show("/")
    visitor.callback("more.children", {"more.n_clicks": 3})
    counted.breaks = False
    assert "Maja Havreled" in words_of(visitor.show("/"))
    answer = visitor.callback("more.children", {"more.n_clicks": 3}).get_json()
    assert answer["response"]["more"]["children"] == "Maja Havreled 3"


def test_pages_and_callbacks_that_do_not_say_so_are_drawn_each_time(counted: Counted, visitor: Visitor) -> None:
    visitor.show("/ur")
    visitor.show("/ur")
    assert counted.drawn == 2
    for _again in range(2):
        visitor.callback("more.children", {"more.n_clicks": 1})
    assert counted.drawn == 3
    for _again in range(2):
        visitor.callback("other.children", {"more.n_clicks": 1})
    assert counted.drawn == 5


def test_a_kept_answer_is_packed_for_who_takes_it_so_and_carries_the_headers_of_any_answer(visitor: Visitor) -> None:
    def ask(encoding: str) -> Any:
        visitor.client.environ_base["HTTP_ACCEPT_ENCODING"] = encoding
        return visitor.callback(
            "..content.children...page.data..",
            {"address.pathname": "/", "address.search": "", "theme.data": None},
        )

    packed, again = ask("gzip"), ask("gzip")
    plain = ask("")
    assert packed.headers["Content-Encoding"] == again.headers["Content-Encoding"] == "gzip"
    assert packed.data == again.data
    assert "Content-Encoding" not in plain.headers
    assert b"Maja Havreled" in plain.data
    assert again.headers["Cache-Control"] == "no-store"
    assert again.headers["Content-Security-Policy"]
