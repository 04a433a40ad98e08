"""Egne grupper and a project's page: what is understood before anything is kept, and what the buttons do."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from datetime import date, datetime

import pytest

from dashboards.presenters import evaluation_groups as groups
from dashboards.presenters import evaluation_project as project
from dashboards.presenters.evaluation_choice import read_choice
from dashboards.selection import Selection
from dashboards.text import use_language
from data import made_groups, projects
from data.access import NotAllowed, NotFound, Viewer, load_viewer
from data.queries import evaluation
from data.store import Store
from tests.conftest import BuiltDemo

TODAY, NOW = date(2026, 11, 23), datetime(2026, 11, 23, 5, 15)


@pytest.fixture(scope="module")
def demo(built_demo: BuiltDemo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("groups") / "demo.duckdb"
    shutil.copy(built_demo.path, path)
    store = Store.open(f"duckdb:///{path}")
    yield store
    store.close()


@pytest.fixture(scope="module")
def evaluator(demo: Store) -> Viewer:
    return load_viewer(demo, "evaluator@tavle.example")


@pytest.fixture(scope="module")
def blind(demo: Store) -> Viewer:
    return load_viewer(demo, "forsker@tavle.example")


def aliases(store: Store, viewer: Viewer) -> list[str]:
    return [alias for alias, _label in made_groups.pickable(store, viewer)]


def press(store: Store, viewer: Viewer, name: str, **told: object) -> groups.Answer:
    told = {"kind": "list", "name_da": "Min liste", "lines": "", **told}
    return groups.pressed(store, viewer, name, told, form="f", today=TODAY, now=NOW)


def save_mark(answer: groups.Answer) -> str:
    assert answer.side is not None
    return answer.side.split('data-press="')[1].split('"')[0]


def test_lines_are_shown_as_they_are_understood_and_kept_only_by_the_button_of_that_preview(
    demo: Store, blind: Viewer
) -> None:
    first, second, third, *_rest = aliases(demo, blind)
    lines = f"Enhed\tStart\n{first}\tmarts 2025\n{second}\t01-04-2025\n\n{third}, aldrig"
    seen = press(demo, blind, "preview", lines=lines)
    assert seen.side is not None
    assert "2 enheder starter (start mar. 2025 til apr. 2025) · 1 enhed sammenlignes der kun med." in seen.side
    assert made_groups.listed(demo, blind) == []
    other = press(demo, blind, save_mark(seen), lines=lines.replace("marts", "maj"))
    assert other.side is not None and "Teksten er ændret" in other.side and made_groups.listed(demo, blind) == []
    saved = press(demo, blind, save_mark(seen), lines=lines)
    assert saved.is_changed and saved.message is not None and "»Min liste« er gemt" in saved.message
    (made,) = made_groups.listed(demo, blind)
    assert [(one.alias, one.start) for one in made.members] == [
        (first, date(2025, 3, 1)), (second, date(2025, 4, 1)), (third, None),
    ]  # fmt: skip
    choice = read_choice(demo, blind, Selection(programme="list"))
    assert (choice.kind, [one.code for one in choice.groups]) == ("list", [made.code])
    again = groups.values_of(demo, blind, made.code)
    assert groups.understand(demo, blind, again, today=TODAY).is_fine, "what the form begins with is what was kept"
    shown = groups.list_markup(demo, blind, "f", timezone="Europe/Copenhagen")
    assert "2 enheder starter · start mar. 2025 til apr. 2025 · 1 enhed sammenlignes der kun med" in shown
    closed = press(demo, blind, f"close-{made.code}")
    assert closed.is_changed and groups.values_of(demo, blind, made.code) == groups.FormValues()
    assert "1 lukket gruppe" in groups.list_markup(demo, blind, "f", timezone="Europe/Copenhagen")


def test_a_wrong_line_says_what_where_and_how_to_mend_it_and_none_can_be_saved(demo: Store, blind: Viewer) -> None:
    first = aliases(demo, blind)[0]
    lines = f"{first};2025-03\n{first};2025-04\nNOH-KIR;2025-04\n{first}\nE-0000;snart\n;2025-03"
    answer = press(demo, blind, "preview", lines=lines)
    assert answer.side is not None and "save-" not in answer.side and "5 linjer kan ikke bruges" in answer.side
    for said in (
        "Enheden står også på linje 1.",
        "»NOH-KIR« findes ikke blandt de enheder, du må se",
        "Startmåneden mangler.",
        "»snart« er ikke en måned. Skriv den som 2025-03",
        "Enheden mangler.",
    ):
        assert said in answer.side
    with use_language("en"):
        english = press(demo, blind, "preview", lines="x;2025-03").side
    assert english is not None and "“x” is not among the units you may see" in english
    patient = press(demo, blind, "preview", lines=f"{first};2025-03\n010190-1234;2025-03").side
    assert patient is not None and "CPR" in patient and "010190" not in patient
    assert "Ingen enhed i gruppen har en startmåned" in str(press(demo, blind, "preview", lines=f"{first};aldrig").side)
    assert "Der er ingen linjer" in str(press(demo, blind, "preview", lines="\n").side)
    assert "Giv gruppen et navn" in str(press(demo, blind, "preview", name_da=" ", lines=f"{first};2025-03").side)


def test_picked_units_and_the_lines_of_a_file_are_put_into_the_form(demo: Store, evaluator: Viewer) -> None:
    (alias, label), (other, _label), *_rest = made_groups.pickable(demo, evaluator)
    added = press(demo, evaluator, "add", pick=[alias, other], start="2025-03", lines="Noget; 2025-01")
    assert added.form is not None and f"Noget; 2025-01\n{label.text}; 2025-03" in added.form
    assert "Sæt kryds" in str(press(demo, evaluator, "add", start="2025-03").side)
    assert "er ikke en måned" in str(press(demo, evaluator, "add", pick=alias, start="snart").side)
    rows = f"Nr;Enhedskode;Navn;Startmåned\n1;{alias};x;2025-03-01\n2;{other};y;aldrig\n"
    file = {"name": "liste.csv", "content": base64.b64encode(rows.encode()).decode()}
    read = groups.uploaded(demo, evaluator, file, {"name_da": "Fra fil"})
    assert read.form is not None and f">{alias}; 2025-03-01\n{other}; aldrig<" in read.form and "Fra fil" in read.form
    bare = {"name": "a.csv", "content": base64.b64encode(f"{alias};2025-03\n{other};2025-04\n".encode()).decode()}
    assert f">{alias}; 2025-03\n{other}; 2025-04<" in str(groups.uploaded(demo, evaluator, bare, {}).form)
    patient = {"name": "a.csv", "content": base64.b64encode(b"enhed;start\n010190-1234;2025-03\n").decode()}
    refused = groups.uploaded(demo, evaluator, patient, {})
    assert refused.form is None and "CPR" in str(refused.side) and "010190" not in str(refused.side)
    assert "kunne ikke læses" in str(groups.uploaded(demo, evaluator, {"name": "x", "content": "%"}, {}).side)


def test_a_project_is_written_under_its_pseudonym_and_hold_shows_it(demo: Store, blind: Viewer) -> None:
    cohort = read_choice(demo, blind, Selection()).groups[0]
    alias = evaluation.aliases_of(demo, blind, cohort.starts)[next(iter(cohort.starts))]

    def press(name: str, **told: str) -> tuple[str, bool]:
        said, form = project.pressed(demo, blind, alias, name, told, today=TODAY, now=NOW)
        return str(said), form is not None

    view = project.view_of(demo, blind, alias)
    assert view.title == alias and "Hold 1" in view.about
    assert press("score", score_month="februar 2026", score="2.5")[1]
    assert (date(2026, 2, 1), 2.5, blind.name) in projects.get(demo, blind, alias).scores
    assert press("score", score_month="2026-02", score="")[0].count("Vælg en score") == 1
    assert "2025-03 eller marts 2025" in press("score", score_month="snart", score="2.5")[0]
    assert press("unscore-2026-02")[1]
    assert press("left", left_month="2026-05", left_reason="")[0].count("Skriv, hvorfor enheden forlod") == 1
    assert press("left", left_month="2026-05", left_reason="Ny leder")[1]
    assert "Forlod programmet maj 2026: Ny leder" in project.view_of(demo, blind, alias).form
    assert press("stays")[1]
    with use_language("en"):
        assert "Choose a score" in project.view_of(demo, blind, alias).form
    assert len({words.da for words in project.SCORE_WORDS.values()}) == len(projects.SCORES) == len(project.SCORE_WORDS)


def test_strangers_find_neither_page(demo: Store) -> None:
    leader = load_viewer(demo, "leder@tavle.example")
    with pytest.raises(NotAllowed):
        groups.form_markup(demo, leader, groups.FormValues())
    with pytest.raises(NotAllowed):
        project.view_of(demo, leader, "E-001")
    with pytest.raises(NotFound):
        project.view_of(demo, load_viewer(demo, "evaluator@tavle.example"), "E-9999")
