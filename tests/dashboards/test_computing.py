"""A page that waits for its work: what is answered to a page that has gone lands nowhere else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from dash import Dash, html
from markupsafe import Markup

from dashboards.components.computing import Shown, computing, register
from data.errors import Refused
from indicators.words import Words

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def asked() -> list[tuple[str, ...]]:
    return []


@pytest.fixture
def ask(asked: list[tuple[str, ...]]) -> Ask:
    """What the server answers to the page of a job when `piece` of it has happened."""
    app = Dash("waiting", suppress_callback_exceptions=True)
    app.layout = html.Div()

    def look(job_id: str, view: str, stage: int) -> Shown:
        asked.append(("look", job_id, view))
        return Shown((Markup("<p>half</p>"), None), Markup("<p>2 of 4</p>"), is_over=False, stage=stage + 1)

    def look_or_break(job_id: str, view: str, stage: int) -> Shown:
        if job_id == "broken":
            raise ZeroDivisionError
        if job_id == "refused":
            raise Refused(Words("Der er ingen tal.", "There are no figures."))
        return look(job_id, view, stage)

    def stop(job_id: str, view: str, _stage: int) -> Shown:
        asked.append(("stop", job_id, view))
        return Shown((Markup("<p>stopped</p>"), Markup("")))

    register(app, "fit", look_or_break, stop)
    client = app.server.test_client()
    client.get("/_dash-dependencies")
    (key,) = app.callback_map

    def call(piece: str, job: str, value: int | None = 1) -> dict[str, Any]:
        def one(name: str, what: str, **more: Any) -> dict[str, Any]:
            return {"id": {"type": f"fit-{name}", "job": job}, "property": what, **more}

        parts = [{"id": {"type": "fit-part", "job": job, "part": at}, "property": "html"} for at in (0, 1)]
        changed = json.dumps({"job": job, "type": f"fit-{piece}"}, separators=(",", ":"))
        body = {
            "output": key,
            "outputs": [one("status", "html"), parts, one("stage", "data"), one("cancel", "hidden"),
                        one("look", "disabled")],
            "inputs": [one("look", "n_intervals", value=1), one("cancel", "n_clicks", value=value)],
            "state": [one("view", "data", value="?v=1"), one("stage", "data", value=0)],
            "changedPropIds": [f"{changed}.{'n_clicks' if piece == 'cancel' else 'n_intervals'}"],
        }  # fmt: skip
        answer = client.post("/_dash-update-component", json=body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.get_json()["response"]
        return found

    return call


def ids_of(page: html.Div) -> set[str]:
    return {json.dumps(one.id, sort_keys=True) for one in page._traverse() if getattr(one, "id", None)}


def test_pages_of_two_jobs_have_no_component_in_common() -> None:
    shown = Shown((Markup("<p>1</p>"), Markup("<p>2</p>")))
    first, second = (ids_of(computing("fit", job, shown)) for job in ("old", "new"))
    assert len(first) == len(second) == 7
    assert not first & second


def test_an_answer_to_the_page_of_an_old_job_names_components_of_that_page_only(ask: Ask) -> None:
    shown = Shown((Markup(""), Markup("")))
    new = ids_of(computing("fit", "new", shown))
    answer = ask("look", "old")
    names = {json.dumps(json.loads(name), sort_keys=True) for name in answer}
    assert len(names) == 5  # the second part stays as it was
    assert names <= ids_of(computing("fit", "old", shown))
    assert not names & new


def test_a_part_that_is_not_given_stays_and_the_page_looks_in_again(ask: Ask, asked: list[tuple[str, ...]]) -> None:
    answer = {tuple(json.loads(name).values()): value for name, value in ask("look", "a").items()}
    assert asked == [("look", "a", "?v=1")]
    assert answer["a", 0, "fit-part"] == {"html": "<p>half</p>"}
    assert ("a", 1, "fit-part") not in answer
    assert answer["a", "fit-stage"] == {"data": 1}
    assert answer["a", "fit-cancel"] == {"hidden": False}
    assert answer["a", "fit-look"] == {"disabled": False}


def test_the_button_stops_the_work_and_nothing_looks_in_any_more(ask: Ask, asked: list[tuple[str, ...]]) -> None:
    answer = {tuple(json.loads(name).values()): value for name, value in ask("cancel", "a").items()}
    assert asked == [("stop", "a", "?v=1")]
    assert answer["a", 0, "fit-part"] == {"html": "<p>stopped</p>"}
    assert answer["a", "fit-cancel"] == {"hidden": True}
    assert answer["a", "fit-look"] == {"disabled": True}


def test_a_button_that_only_came_on_the_page_stops_nothing(ask: Ask, asked: list[tuple[str, ...]]) -> None:
    ask("cancel", "a", None)
    assert asked == [("look", "a", "?v=1")]


@pytest.mark.parametrize(("job", "said"), [("broken", "TV-"), ("refused", "Der er ingen tal.")])
def test_a_page_that_breaks_says_so_once_and_looks_in_no_more(ask: Ask, job: str, said: str) -> None:
    answer = {tuple(json.loads(name).values()): value for name, value in ask("look", job).items()}
    assert said in answer[job, 0, "fit-part"]["html"]
    assert (job, 1, "fit-part") not in answer
    assert answer[job, "fit-look"] == {"disabled": True}
    assert answer[job, "fit-cancel"] == {"hidden": True}
