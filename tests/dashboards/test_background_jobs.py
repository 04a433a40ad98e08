"""Work beside the request: whose it is, how far it is, and what becomes of it."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from dashboards.presenters.background_jobs import Busy, Failed, Job, Jobs, State, close_all
from dashboards.text import language, use_language
from data.errors import NotAllowed
from indicators.words import Words
from tests.conftest import ROOT

UNIT = Words("Enhed {step} af {of}", "Unit {step} of {of}")


class Held:
    """Work that says where it is and goes on when it may; `jobs` holds one of them back at a time."""

    def __init__(self) -> None:
        self.told, self.may_go_on = threading.Event(), threading.Event()

    def __call__(self, job: Job[str]) -> str:
        job.tell(UNIT, step=2, of=4)
        self.told.set()
        assert self.may_go_on.wait(10)
        job.tell(UNIT, step=3, of=4)
        return "done"


@pytest.fixture
def held() -> Iterator[Callable[[], Held]]:
    made: list[Held] = []

    def one() -> Held:
        made.append(Held())
        return made[-1]

    yield one
    for work in made:
        work.may_go_on.set()


def test_a_page_sees_step_share_and_words_of_what_runs_and_the_answer_of_what_is_done(held) -> None:
    jobs, work = Jobs[str](), held()
    job = jobs.start(1, work, about="fit")
    assert work.told.wait(5)
    assert (job.state, job.progress.share, job.progress.step, job.progress.of) == (State.RUNNING, 0.25, 2, 4)
    assert [job.progress.say(spoken) for spoken in ("da", "en")] == ["Enhed 2 af 4", "Unit 2 of 4"]
    assert (job.is_over, job.answer, jobs.get(job.id, 1), jobs.get(job.id, 2)) == (False, None, job, None)
    work.may_go_on.set()
    assert job.wait(5)
    assert (job.is_done, job.answer, job.progress.share, job.about) == (True, "done", 1.0, "fit")


def test_a_newer_job_about_the_same_lets_the_older_go_on_and_the_very_same_is_the_one_that_runs(held) -> None:
    jobs, work = Jobs[str](), held()
    first = jobs.start(1, work, topic=("question", "effect"))
    assert work.told.wait(5)
    assert jobs.start(1, held(), topic=("question", "effect")) is first
    second = jobs.start(1, lambda job: "other page", topic=("question", "card"))
    assert second.wait(5)
    assert jobs.start(2, lambda job: "mine", topic=("question", "effect")) is not first
    assert jobs.get(first.id, 1) is first
    jobs.start(1, lambda job: "another", topic=("other question", "effect"))
    assert jobs.get(first.id, 1) is None
    work.may_go_on.set()
    assert first.wait(5)
    assert first.state is State.STOPPED
    assert jobs.close()


def test_a_first_part_of_the_answer_is_there_before_the_rest() -> None:
    go = threading.Event()

    def in_two(job: Job[str]) -> str:
        job.publish("first")
        assert go.wait(10)
        return "all"

    job = Jobs[str]().start(1, in_two)
    assert job.wait_for_part(5) and (job.answer, job.is_over) == ("first", False)
    go.set()
    assert job.wait(5) and job.answer == "all"


def test_what_is_cancelled_ends_at_its_next_step_and_what_waits_never_begins(held) -> None:
    jobs, first, began = Jobs[str](at_once=1), held(), []
    running = jobs.start(1, first)
    waiting = jobs.start(2, lambda job: str(began.append("no")))
    last = jobs.start(3, lambda job: "x")
    assert first.told.wait(5)
    assert (waiting.state, waiting.progress.say("en")) == (State.WAITING, "Waiting for other work to finish.")
    jobs.forget(waiting.id, 1)  # not theirs
    assert jobs.get(waiting.id, 2) is waiting
    jobs.forget(waiting.id, 2)
    jobs.forget(running.id, 1)
    assert (waiting.is_over, waiting.state, jobs.get(running.id, 1), running.is_over) == (
        True, State.STOPPED, None, False,
    )  # fmt: skip
    first.may_go_on.set()
    assert running.wait(5) and last.wait(5)
    assert (running.state, running.answer, last.answer, began) == (State.STOPPED, None, "x", [])


def test_a_newer_job_of_a_person_stops_the_older_one_but_never_one_that_must_finish(held) -> None:
    jobs, check, commit = Jobs[str](), held(), held()
    checking, committing = jobs.start(1, check), jobs.start(2, commit, must_finish=True)
    assert check.told.wait(5) and commit.told.wait(5)
    newer = [jobs.start(owner, lambda job: "new") for owner in (1, 2)]
    jobs.forget(committing.id, 2)
    check.may_go_on.set()
    commit.may_go_on.set()
    assert all(job.wait(5) for job in (checking, committing, *newer))
    assert (checking.state, committing.answer, [job.answer for job in newer]) == (
        State.STOPPED, "done", ["new", "new"],
    )  # fmt: skip


def test_what_must_finish_goes_before_what_waits(held) -> None:
    jobs, first, order = Jobs[str](at_once=1), held(), []
    running = jobs.start(1, first)
    others = [
        jobs.start(owner, lambda job, owner=owner: str(order.append(owner)), must_finish=owner == 4)
        for owner in (2, 3, 4)
    ]
    first.may_go_on.set()
    assert running.wait(5) and all(job.wait(5) for job in others)
    assert order == [4, 2, 3]


def test_more_than_there_is_room_for_is_refused_in_words_and_begins_nothing(held) -> None:
    jobs, first = Jobs[str](at_once=1, kept=2), held()
    jobs.start(1, first)
    waiting = jobs.start(2, lambda job: "x")
    with pytest.raises(Busy) as refused:
        jobs.start(3, lambda job: "y")
    assert refused.value.reason("da") == "Serveren arbejder for mange andre lige nu. Prøv igen om et minut."
    first.may_go_on.set()
    assert waiting.wait(5)
    assert jobs.start(3, lambda job: "y").wait(5)


def test_the_newest_answers_are_kept_and_each_only_for_a_while() -> None:
    now = [0.0]
    jobs = Jobs[str](kept=3, kept_per_person=2, kept_seconds=60, clock=lambda: now[0])

    def made(owner: int) -> Job[str]:
        job = jobs.start(owner, lambda job: "x")
        assert job.wait(5)
        return job

    mine, theirs = [made(1) for _ in range(3)], [made(2) for _ in range(2)]
    kept = [jobs.get(job.id, job.owner) is not None for job in (*mine, *theirs)]
    assert kept == [False, False, True, True, True]
    now[0] = 61.0
    assert jobs.get(theirs[1].id, 2) is None


def test_what_breaks_is_reported_once_and_the_page_gets_its_reference() -> None:
    reported: list[str] = []

    def report(error: Exception) -> str:
        reported.append(type(error).__name__)
        return "TV-7F3K-2QA"

    def broken(job: Job[str]) -> str:
        raise ZeroDivisionError

    def refused(job: Job[str]) -> str:
        raise NotAllowed(Words("Nej.", "No."))

    jobs = Jobs[str](report=report)
    faults = []
    for work in (broken, refused):
        job = jobs.start(1, work)
        assert job.wait(5) and job.state is State.FAILED
        faults.append(job.fault)
    assert isinstance(faults[0], Failed) and faults[0].reference == "TV-7F3K-2QA"
    assert isinstance(faults[1], NotAllowed)
    assert reported == ["ZeroDivisionError"]


def test_the_work_speaks_the_language_of_the_request() -> None:
    with use_language("en"):
        job = Jobs[str]().start(1, lambda job: language())
    assert job.wait(5) and job.answer == "en"


def test_a_server_that_stops_waits_for_what_must_finish_and_stops_the_rest(held) -> None:
    jobs, check, commit = Jobs[str](), held(), held()
    checking, committing = jobs.start(1, check), jobs.start(2, commit, must_finish=True)
    waiting = jobs.start(3, lambda job: "never")
    assert check.told.wait(5) and commit.told.wait(5)
    assert not jobs.close(0)
    with pytest.raises(Busy):
        jobs.start(4, lambda job: "late")
    check.may_go_on.set()
    commit.may_go_on.set()
    assert close_all([jobs, "something else"])
    assert [job.state for job in (checking, committing, waiting)] == [State.STOPPED, State.DONE, State.STOPPED]


def test_a_process_that_ends_does_not_wait_for_long_work() -> None:
    program = """
import threading
from dashboards.presenters.background_jobs import Jobs, Words
began = threading.Event()
def for_ever(job):
    while True:
        job.tell(Words("Venter", "Waiting"))
        began.set()
job = Jobs().start(1, for_ever)
began.wait(5)
"""
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, timeout=20, check=True)
