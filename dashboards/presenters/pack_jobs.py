"""Board packs that are made beside the request: the page looks in until the file is there.

A job belongs to the account that started it and is found by a random number only together with that account. Two are
made at a time, so that a server with two cores goes on answering; the file stays in memory until it is let go of, or
newer ones take its place. It reads no clock.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

AT_ONCE = 2
KEPT_PER_PERSON = 2  # two tabs
KEPT = 12


class Stopped(Exception):  # noqa: N818 - nothing went wrong: somebody changed their mind
    """The person cancelled the pack, or began another one."""


@dataclass(slots=True)
class PackJob:
    """One pack under way: `read` of `total` series are read; then it is written.

    `fault` is what broke, to be raised where a request can answer for it.
    """

    id: str
    owner: int | None
    total: int
    read: int = 0
    is_waiting: bool = True
    is_writing: bool = False
    is_stopped: bool = False
    content: bytes = b""
    file_name: str = ""
    media_type: str = ""
    fault: Exception | None = None
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def is_ready(self) -> bool:
        return self.done.is_set() and bool(self.content)

    @property
    def share(self) -> float:
        """How far it is, 0 to 1; reading and writing take about as long."""
        if self.is_ready:
            return 1.0
        return 0.6 * self.read / self.total + (0.1 if self.is_writing else 0.0)

    def tell(self, read: int, total: int) -> None:
        """What the reader calls before each series; raises `Stopped` where nobody waits any more."""
        self.check()
        self.read, self.total = read, total

    def writing(self) -> None:
        self.check()
        self.read, self.is_writing = self.total, True

    def check(self) -> None:
        if self.is_stopped:
            raise Stopped


class PackJobs:
    """The packs of one app.

    Examples
    --------
    >>> def work(job):
    ...     job.content, job.file_name = b"PDF", "pakke.pdf"
    >>> jobs = PackJobs()
    >>> job = jobs.start(7, 3, work)
    >>> job.done.wait(5), jobs.get(job.id, 7).is_ready, jobs.get(job.id, 8)
    (True, True, None)
    """

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._jobs: dict[str, PackJob] = {}  # oldest first
        self._lock = threading.Lock()
        self._room = threading.Semaphore(at_once)

    def start(self, owner: int | None, total: int, work: Callable[[PackJob], None]) -> PackJob:
        """Run `work(job)` in a thread of its own. The person's packs that are still being made stop."""
        job = PackJob(secrets.token_urlsafe(18), owner, total)
        with self._lock:
            mine = [one for one in self._jobs.values() if one.owner == owner]
            for one in mine:
                one.is_stopped = one.is_stopped or not one.done.is_set()
            surplus = mine[: max(0, len(mine) + 1 - KEPT_PER_PERSON)]
            others = [one for one in self._jobs.values() if one.done.is_set() and one not in surplus]
            surplus += others[: max(0, len(self._jobs) - len(surplus) + 1 - KEPT)]
            for one in surplus:
                one.is_stopped = True
                del self._jobs[one.id]
            self._jobs[job.id] = job
        # Not a daemon: a server that stops waits the moment it takes, and no thread is cut off inside the database.
        threading.Thread(target=self._run, args=(job, work), name="board pack").start()
        return job

    def _run(self, job: PackJob, work: Callable[[PackJob], None]) -> None:
        try:
            with self._room:
                job.check()
                job.is_waiting = False
                work(job)
        except Stopped:
            self.forget(job.id, job.owner)
        except Exception as fault:  # raised again where a request can give it a reference
            job.fault = fault
        finally:
            job.done.set()

    def get(self, job_id: str, owner: int | None) -> PackJob | None:
        with self._lock:
            job = self._jobs.get(job_id)
        return job if job is not None and job.owner == owner else None

    def forget(self, job_id: str, owner: int | None) -> None:
        """Stop it, if it runs, and let go of what it holds."""
        job = self.get(job_id, owner)
        if job is not None:
            job.is_stopped = True
            with self._lock:
                self._jobs.pop(job_id, None)
