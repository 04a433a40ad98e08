"""Work that takes longer than a request: it runs beside it, and the page looks in until it is done. No Dash here.

One `Jobs` serves one kind of work of one app: checks of deliveries, board packs, the long fits of an evaluation. The
work is a function of the job. It tells how far it is (`Job.tell`), may show a first part of its answer before the rest
(`Job.publish`), and returns the answer. What a page may count on:

- A job belongs to the account that started it and is found by a random number only together with that account.
- A person's newer job stops their older one, unless that one must finish (a commit) or is about the same subject: it
  may be working out what the newer one needs too. The same subject for the same place again is the job that runs. Work
  that is stopped ends at its next `tell`, and so does all that runs when the process stops; nothing is cut off in the
  middle.
- So many run at once; others wait for their turn, those that must finish first. So many wait, run or are kept in all;
  one more takes the place of the oldest that is over, or is refused in words (`Busy`).
- An answer is kept for a while, in memory, until it is let go of or newer ones take its place.
- What breaks is reported at once, looked at or not; the page that asks gets the reference (`Failed`). A refusal that
  has words of its own (a `DataError`) is raised as it is.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import CancelledError
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Generic, TypeAlias, TypeVar

from dashboards.text import language, use_language
from data.errors import DataError, Refused
from indicators.words import Words

AT_ONCE = 2  # a server with two cores goes on answering
KEPT_PER_PERSON = 2  # two tabs
KEPT = 12
KEPT_SECONDS = 3600.0

WAITING = Words("Venter på, at andet bliver færdigt.", "Waiting for other work to finish.")
STARTING = Words("Begynder", "Starting")
TOO_MUCH = Words(
    "Serveren arbejder for mange andre lige nu. Prøv igen om et minut.",
    "The server is busy for many others right now. Try again in a minute.",
)

Answer = TypeVar("Answer")


class Stopped(CancelledError):  # noqa: N818 - a state, named as people say it
    """Raised inside work that nobody waits for any more: nothing went wrong, somebody changed their mind."""


class Busy(Refused):
    """There is no room for one more job; nothing was begun."""


class Failed(Exception):  # noqa: N818 - a state, named as people say it
    """The work broke and was reported; `reference` is what the reader can read aloud."""

    def __init__(self, reference: str) -> None:
        self.reference = reference
        super().__init__(reference)


class State(StrEnum):
    WAITING = "waiting"  # for its turn
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far work is: what it does now, which step of how many (0 where it has none), and its share of the whole, 0-1.

    Examples
    --------
    >>> Progress(Words("Enhed {step} af {of}", "Unit {step} of {of}"), 0.25, step=2, of=4).say("en")
    'Unit 2 of 4'
    """

    words: Words
    share: float = 0.0
    step: int = 0
    of: int = 0

    def say(self, language: str) -> str:
        return self.words.say(language, step=self.step, of=self.of)


Topic: TypeAlias = tuple[Hashable, Hashable]
"""What a job is about, and what is done with it: where both are the same, so is the job."""


@dataclass(slots=True, eq=False)
class Job(Generic[Answer]):
    """One piece of work: `about` is what the page knows it by, without its content; `must_finish` is never stopped.

    `answer` is None until there is one; a first part may stand there while the job still runs.
    """

    id: str
    owner: int | None
    about: Any = None
    must_finish: bool = False
    topic: Topic | None = None
    state: State = State.WAITING
    progress: Progress = field(default_factory=lambda: Progress(WAITING))
    answer: Answer | None = None
    ended_at: float = 0.0  # by the clock of its Jobs
    fault: Exception | None = None  # `Failed`, or a refusal: for the page to raise
    _is_unwanted: bool = False
    _has_answer: threading.Event = field(default_factory=threading.Event)
    _has_ended: threading.Event = field(default_factory=threading.Event)

    # ------------------------------------------------------------------------------------------- for the work

    def tell(self, words: Words, share: float | None = None, *, step: int = 0, of: int = 0) -> None:
        """Say how far it is; raises `Stopped` where nobody waits any more. A share not given is that of the steps done.

        `words` may have the places {step} and {of}. The call fits what takes `progress(words, share)`.
        """
        self.check()
        if share is None:
            share = (step - 1) / of if of and step else self.progress.share
        self.progress = Progress(words, share, step, of)

    def check(self) -> None:
        """Raise `Stopped` where nobody waits any more, or the process ends; for work between two tellings."""
        if self.must_finish:
            return
        # Python waits for the threads that are left once its main thread has ended, so they have to notice themselves.
        if self._is_unwanted or not threading.main_thread().is_alive():
            raise Stopped

    def publish(self, part: Answer) -> None:
        """Show a first part of the answer; the rest takes a moment more."""
        self.answer = part
        self._has_answer.set()

    # ------------------------------------------------------------------------------------------- for the page

    @property
    def is_over(self) -> bool:
        return self._has_ended.is_set()

    @property
    def is_done(self) -> bool:
        """Whether the whole answer is there."""
        return self.state is State.DONE

    def wait(self, seconds: float) -> bool:
        """Wait until it is over, at most so long; whether it is."""
        return self._has_ended.wait(seconds)

    def wait_for_part(self, seconds: float) -> bool:
        """Wait until some answer is there or it is over, at most so long; whether that is so."""
        return self._has_answer.wait(seconds)


Work: TypeAlias = Callable[[Job[Answer]], Answer]


class Jobs(Generic[Answer]):
    """The jobs of one kind.

    Parameters
    ----------
    name : what its threads are called.
    report : gets an exception nobody has words for and gives back its reference; without one it is raised as it is.
    at_once, kept_per_person, kept : how many run, are kept of one person, and are kept in all.
    kept_seconds : how long an answer is kept after the job has ended.
    clock : seconds that only go forward.

    Examples
    --------
    >>> READING = Words("Læser {step} af {of}", "Reading {step} of {of}")
    >>> def count(job):
    ...     for step in (1, 2):
    ...         job.tell(READING, step=step, of=2)
    ...     return "two read"
    >>> jobs = Jobs()
    >>> job = jobs.start(7, count, about="a file")
    >>> job.wait(5), job.answer, job.progress.say("en"), job.progress.share
    (True, 'two read', 'Reading 2 of 2', 1.0)
    >>> jobs.get(job.id, 7) is job, jobs.get(job.id, 8)
    (True, None)
    >>> jobs.close()
    True
    """

    def __init__(
        self,
        name: str = "work",
        *,
        report: Callable[[Exception], str] | None = None,
        at_once: int = AT_ONCE,
        kept_per_person: int = KEPT_PER_PERSON,
        kept: int = KEPT,
        kept_seconds: float = KEPT_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name, self._report, self._clock = name, report, clock
        self._at_once = at_once
        self._kept, self._kept_per_person, self._kept_seconds = kept, kept_per_person, kept_seconds
        self._jobs: dict[str, Job[Answer]] = {}  # what can be found, oldest first
        self._waiting: list[_Turn[Answer]] = []
        self._running: dict[Job[Answer], threading.Thread] = {}  # found or not
        self._lock = threading.Lock()
        self._is_closed = False

    def start(
        self,
        owner: int | None,
        work: Work[Answer],
        *,
        about: Any = None,
        must_finish: bool = False,
        topic: Topic | None = None,
    ) -> Job[Answer]:
        """Have `work(job)` done, in the language of the caller; raises `Busy` where there is no room for it."""
        job: Job[Answer] = Job(secrets.token_urlsafe(18), owner, about, must_finish, topic)
        turn = _Turn(job, work, language())
        with self._lock:
            for one in [one for one in self._jobs.values() if one.owner == owner and not one.is_over]:
                if topic is not None and one.topic == topic:
                    return one
                if topic is None or one.topic is None or one.topic[0] != topic[0]:
                    self._stop(one)
            if self._is_closed or len(self._waiting) + len(self._running) >= self._kept:
                raise Busy(TOO_MUCH)
            self._make_room(owner)
            if len(self._running) < self._at_once:
                # No daemon: a server that stops waits for a commit, and no thread is cut off inside the database.
                thread = threading.Thread(target=self._run, args=(turn,), name=self._name)
                thread.start()
                self._running[job] = thread
            else:
                ahead = sum(one.job.must_finish for one in self._waiting)
                self._waiting.insert(ahead if must_finish else len(self._waiting), turn)
            self._jobs[job.id] = job
        return job

    def get(self, job_id: str, owner: int | None) -> Job[Answer] | None:
        """The job, for the account that started it; None where it is not theirs, was let go of, or is too old."""
        with self._lock:
            self._forget_old()
            job = self._jobs.get(job_id)
        return job if job is not None and job.owner == owner else None

    def forget(self, job_id: str, owner: int | None) -> None:
        """Cancel it, if it waits or runs and may be stopped, and let go of what it holds."""
        with self._lock:
            job = self._jobs.get(job_id)
            if job is not None and job.owner == owner:
                self._stop(job)
                self._jobs.pop(job_id, None)

    def close(self, seconds: float = 10.0) -> bool:
        """Begin nothing new, stop what may be stopped, and wait for the rest, at most so long; whether all is over."""
        with self._lock:
            self._is_closed = True
            for job in [*(turn.job for turn in self._waiting), *self._running]:
                self._stop(job)
            threads = list(self._running.values())
        until = self._clock() + seconds
        for thread in threads:
            thread.join(max(0.0, until - self._clock()))
        return not any(thread.is_alive() for thread in threads)

    # ------------------------------------------------------------------------------------------- inside

    def _run(self, turn: _Turn[Answer]) -> None:
        """What a thread does: this job, and then what waits, until nothing does."""
        next_turn: _Turn[Answer] | None = turn
        while next_turn is not None:
            job = next_turn.job
            self._do(next_turn)
            with self._lock:
                thread = self._running.pop(job)
                next_turn = self._waiting.pop(0) if self._waiting else None
                if next_turn is not None:
                    self._running[next_turn.job] = thread
                if job.state is State.STOPPED:
                    self._jobs.pop(job.id, None)
                self._end(job)

    def _do(self, turn: _Turn[Answer]) -> None:
        job = turn.job
        try:
            with use_language(turn.language):
                job.check()
                job.state, job.progress = State.RUNNING, Progress(STARTING)
                job.answer = turn.work(job)
            job.progress = replace(job.progress, share=1.0)
            job.state = State.DONE
        except Stopped:
            job.state = State.STOPPED
        except Exception as fault:
            is_ours = self._report is not None and not isinstance(fault, DataError)
            job.fault = Failed(self._report(fault)) if self._report is not None and is_ours else fault
            job.state = State.FAILED

    def _end(self, job: Job[Answer]) -> None:
        job.ended_at = self._clock()
        job._has_answer.set()
        job._has_ended.set()

    def _stop(self, job: Job[Answer]) -> None:
        """Let nobody find it any more; what has not begun never does, and what runs ends at its next telling."""
        if job.must_finish or job.is_over:
            return
        job._is_unwanted = True
        self._jobs.pop(job.id, None)
        waiting = [turn for turn in self._waiting if turn.job is not job]
        if len(waiting) < len(self._waiting):
            self._waiting = waiting
            job.state = State.STOPPED
            self._end(job)

    def _make_room(self, owner: int | None) -> None:
        """Let go of what is too old, or one too many of the person's or of all; what is not over stays."""
        self._forget_old()
        over = [one for one in self._jobs.values() if one.is_over]
        mine = sum(one.owner == owner for one in self._jobs.values())
        surplus = [one for one in over if one.owner == owner][: max(0, mine + 1 - self._kept_per_person)]
        others = [one for one in over if one not in surplus]
        surplus += others[: max(0, len(self._jobs) - len(surplus) + 1 - self._kept)]
        for one in surplus:
            del self._jobs[one.id]

    def _forget_old(self) -> None:
        now = self._clock()
        for one in [one for one in self._jobs.values() if one.is_over and now - one.ended_at > self._kept_seconds]:
            del self._jobs[one.id]


@dataclass(frozen=True, slots=True)
class _Turn(Generic[Answer]):
    """A job with what it does, and in which language."""

    job: Job[Answer]
    work: Work[Answer]
    language: str


def close_all(parts: Iterable[object]) -> bool:
    """Close every `Jobs` among the parts of a server that stops, before its store is closed; whether all is over."""
    closed = [one.close() for one in parts if isinstance(one, Jobs)]
    return all(closed)
