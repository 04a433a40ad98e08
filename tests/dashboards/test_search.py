"""Ctrl+K: who finds what, in which order, and what stays unseen."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from dashboards.pages import PageRecord, Registry, load_registry
from dashboards.presenters.search import ALSO, MOST_HITS, Answer, find
from dashboards.presenters.word_index import WordIndex
from dashboards.selection import Selection
from dashboards.text import use_language
from data.access import Role, Viewer
from data.store import Store
from tests.conftest import BuiltDemo, ViewerFor

TODAY = date(2026, 11, 23)
PAGES = Registry(
    (
        PageRecord("/", "Overblik", print, order=1),
        PageRecord("/maal", "Nationale mål", print, order=2),
        PageRecord("/indberet", "Indberet", print, order=3, roles=frozenset({Role.QUALITY_TEAM})),
    )
)


@pytest.fixture(scope="module")
def demo(built_demo: BuiltDemo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("search") / "demo.duckdb"
    shutil.copy(built_demo.path, path)
    store = Store.open(f"duckdb:///{path}")
    yield store
    store.close()


Ask = Callable[..., Answer]


@pytest.fixture
def ask(demo: Store, viewer_for: ViewerFor) -> Ask:
    def make(question: str, role: str = "leader", unit: str = "NOH", language: str = "da", **here: Any) -> Answer:
        viewer: Viewer = viewer_for(role, unit, store=demo)
        with use_language(language):
            return find(demo, viewer, PAGES, question, here=Selection(**here), today=TODAY)

    return make


def lines(answer: Answer) -> list[tuple[str, str]]:
    return [(hit.kind, hit.label) for hit in answer.hits]


@pytest.mark.parametrize("question", ["kirurgisk", "Kirugi", "NOH-KIR", "nohkir", "surgery dep", "KIRURGISK  afdeling"])
def test_a_department_is_found_by_name_code_misspelling_and_english(ask: Ask, question: str) -> None:
    assert ask(question).hits[0].href == "/?v=1&enhed=NOH-KIR"


def test_a_unit_is_found_by_the_hospital_it_lies_in(ask: Ask) -> None:
    found = ask("kirurgisk nordsjælland", role="quality_team", unit="1084").hits
    assert [hit.href for hit in found][:1] == ["/?v=1&enhed=NOH-KIR"]
    assert "Nordsjællands Hospital" in found[0].detail


def test_the_viewers_own_measure_comes_before_the_definition(ask: Ask) -> None:
    found = ask("sepsis", months=60).hits
    assert found[0].href == "/indikator/SEPSIS?v=1&enhed=NOH&periode=60"  # the choices go along
    assert [hit.kind for hit in found] == ["Måling"] * 4 + ["Indikator"]


def test_indicator_and_unit_together_find_their_measure(ask: Ask) -> None:
    assert ask("tryksår medicinsk").hits[0].href == "/indikator/TRYKSAAR?v=1&enhed=NOH-MED"


def test_what_the_viewer_may_not_see_is_not_found(ask: Ask) -> None:
    assert not [hit for hit in ask("herlev", unit="NOH-KIR").hits if "HGH" in hit.href]
    assert [hit for hit in ask("herlev", role="quality_team", unit="1084").hits if "HGH" in hit.href]
    assert not [hit for hit in ask("indberet").hits if hit.href.startswith("/indberet")]


def test_whoever_delivers_finds_the_act_by_a_verb_and_a_unit(ask: Ask) -> None:
    found = ask("indberet kir", role="quality_team", unit="NOH").hits
    assert ("Handling", "Indberet for Kirurgisk Afdeling") in [(hit.kind, hit.label) for hit in found]
    assert found[0].href.startswith("/indberet?v=1&enhed=NOH-")


def test_goals_pages_words_and_switches_are_found_in_both_languages(ask: Ask) -> None:
    assert lines(ask("mål 5"))[0] == ("Nationalt mål", "5. Hurtig udredning og behandling")
    assert ask("goal 5", language="en").hits[0].href == "/maal/5"
    assert ask("dark", language="en").hits[0].do == "theme"
    assert ask("sprog").hits[0].do == "language"
    assert ask("kontrolgrænser").hits[0].href == "/ordliste#kontrolgraenser"
    assert lines(ask("termometer"))[0] == ("Side", "Nationale mål")


def test_nothing_found_says_what_to_try_and_nothing_typed_offers_where_one_works(ask: Ask) -> None:
    nothing = ask("xyzzy qqq")
    assert nothing.hits == () and "Prøv en anden stavemåde" in nothing.said
    usual = ask("")
    assert usual.hits[0].href == "/?v=1&enhed=NOH" and {"Side", "Handling"} <= {hit.kind for hit in usual.hits}


def test_there_are_never_more_than_a_screen_of_hits(ask: Ask) -> None:
    assert len(ask("a", role="administrator", unit="DK").hits) == MOST_HITS


def test_what_is_typed_is_not_kept(ask: Ask, demo: Store) -> None:
    ask("enhemmelighed")
    with demo._memory_lock:
        assert "enhemmelighed" not in repr(list(demo._memory))


def test_the_other_names_are_of_pages_that_exist() -> None:
    known = {template for page in load_registry().pages for template in page.templates}
    assert ALSO.keys() <= known


def test_a_word_may_be_wrong_by_a_letter_but_short_ones_may_not() -> None:
    index = WordIndex([["Hospital"], ["Falde"], ["Fald"]])
    assert set(index.scores("hsopital")) == {0}
    assert set(index.scores("fald")) == {1, 2}
    assert index.scores("fxl") == {}
