"""Checks and commits that run beside the request: the page looks in until they are done.

A job belongs to the account that started it and is found by a random number only together with that account. What it
holds is in memory, of the newest few deliveries, and gone when the page is done with it. It reads no clock.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from etl.effect import Effect
from etl.report import Receipt, Report
from indicators.words import Words

KEPT_PER_PERSON = 2  # two tabs
KEPT = 16


FIRST = Words("Læser filen", "Reading the file")


class Stopped(Exception):  # noqa: N818 - nothing went wrong: somebody chose another file
    """The person chose another file meanwhile."""


@dataclass(slots=True)
class Job:
    """One check or commit: how far it is, and what it has come to.

    `of` is the delivery it is about, without its content. `report` is there before `effect`; a commit has a `receipt`
    as well unless something stood in its way. `fault` is what broke, to be raised where a request can answer for it.
    """

    id: str
    owner: int | None
    of: Any
    is_commit: bool = False
    stage: Words = FIRST
    share: float = 0.0
    report: Report | None = None
    effect: Effect | None = None
    receipt: Receipt | None = None
    fault: Exception | None = None
    is_stopped: bool = False
    checked: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)

    def tell(self, stage: Words, share: float) -> None:
        """What the pipeline calls at each stage; raises `Stopped` where nobody waits for the answer any more."""
        if self.is_stopped:
            raise Stopped
        self.stage, self.share = stage, share

    def found(self, report: Report) -> None:
        """The findings are there; the rest may take a moment more."""
        self.report = report
        self.checked.set()


class Jobs:
    """The jobs of one app.

    Examples
    --------
    >>> jobs = Jobs()
    >>> job = jobs.start(7, "file-1", lambda job: None)
    >>> job.done.wait(5), jobs.get(job.id, 7) is job, jobs.get(job.id, 8)
    (True, True, None)
    """

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}  # oldest first
        self._lock = threading.Lock()

    def start(self, owner: int | None, of: Any, work: Callable[[Job], None], *, is_commit: bool = False) -> Job:
        """Run `work(job)` in a thread of its own. The person's other checks stop; a commit is never stopped."""
        job = Job(secrets.token_urlsafe(18), owner, of, is_commit)
        with self._lock:
            mine = [one for one in self._jobs.values() if one.owner == owner]
            for one in mine:
                one.is_stopped = not one.is_commit
            surplus = [one for one in mine if one.done.is_set()][: max(0, len(mine) + 1 - KEPT_PER_PERSON)]
            finished = [one for one in self._jobs.values() if one.done.is_set() and one not in surplus]
            surplus += finished[: max(0, len(self._jobs) - len(surplus) + 1 - KEPT)]
            for one in surplus:
                del self._jobs[one.id]
            self._jobs[job.id] = job
        # Not a daemon: a server that stops waits for a commit under way, and no thread is cut off inside the database.
        threading.Thread(target=self._run, args=(job, work), name="delivery").start()
        return job

    def _run(self, job: Job, work: Callable[[Job], None]) -> None:
        try:
            work(job)
        except Stopped:
            self.forget(job.id, job.owner)
        except Exception as fault:  # raised again where a request can give it a reference
            job.fault = fault
        finally:
            job.checked.set()
            job.done.set()

    def get(self, job_id: str, owner: int | None) -> Job | None:
        with self._lock:
            job = self._jobs.get(job_id)
        return job if job is not None and job.owner == owner else None

    def forget(self, job_id: str, owner: int | None) -> None:
        """Stop it, if it runs, and let go of what it holds."""
        job = self.get(job_id, owner)
        if job is not None:
            job.is_stopped = not job.is_commit
            with self._lock:
                self._jobs.pop(job_id, None)
