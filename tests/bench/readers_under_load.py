"""How long readers wait while a large delivery is committed: `python tests/bench/readers_under_load.py [--rows N]`.

Eight threads, as many as the server has, ask what pages ask of a demo store: signals of a leader's units, the matrix
of all that an evaluator sees, one of the leader's series assessed, and one as of a moment nobody has asked about, which
is worked out from the figures. Each rests a quarter of a second between two questions. They do so first alone, then
while a file of a million rows runs through `etl.pipeline.deliver` in another thread, and for two seconds after its
commit, where the first answers are worked out anew. The first three kinds have been asked before, as on a board in use,
and are remembered.

Printed: 50th and 99th percentile and the longest wait of each kind, and what other programs took of the processors
meanwhile: where that is much, the run says little. It ends with 0 if 99 of 100 answers beside the delivery took less
than 100 ms. `--who` watches which line of the delivery ran when nobody else got a turn.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from types import FrameType

import numpy as np
import pandas as pd
from sqlalchemy import Connection, insert, select

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app import SWITCH_INTERVAL, settle
from data import demo, schema
from data.access import Grant, Role, Viewer, load_viewer, viewer_with
from data.assessments import assess_series
from data.queries import states
from data.store import Store, bulk_insert
from etl import pipeline
from etl.limits import Limits
from tests.bench.deliveries_speed import EMAIL, MONTHS, NOW, TODAY, figures, local_indicators

READERS = 8
RESTS = 0.25  # seconds between two questions of a reader
ALONE = 8.0  # seconds of reading without a delivery
AFTER = 2.0
AIM = 0.100
STUCK = 0.02  # seconds without a turn that are worth a name

Question = Callable[[], object]
Waits = dict[str, list[tuple[int, float]]]
"""By question: the version of the data when it was asked, and the seconds until it was answered."""


def questions(store: Store) -> dict[str, Question]:
    """What a page asks, by name."""
    with store.read() as connection:
        rows = connection.execute(
            select(schema.series_state.c.indicator_code, schema.series_state.c.unit_code).where(
                schema.series_state.c.unit_code.like("NOH%")
            )
        ).all()
        leader = _viewer(connection, Grant(Role.LEADER, "NOH"))
        evaluator = _viewer(connection, Grant(Role.EVALUATOR))
    draw = random.Random(1)
    own = sorted({row.unit_code for row in rows})

    days = count(1)

    def one_series(as_of: datetime | None = None) -> object:
        row = draw.choice(rows)
        return assess_series(store, leader, row.indicator_code, row.unit_code, today=TODAY, as_of=as_of)

    return {
        "states of a leader's units": lambda: states.of_units(store, leader, own),
        "matrix of an evaluator": lambda: states.of_units(store, evaluator),
        "one series assessed": one_series,
        "one series, not asked before": lambda: one_series(datetime(2026, 11, 22) + timedelta(seconds=next(days))),
    }


def _viewer(connection: Connection, grant: Grant) -> Viewer:
    return viewer_with(connection, (grant,), account_id=0, email="", name="")


class Readers:
    """Eight threads that ask and note how long each answer took."""

    def __init__(self, store: Store, asked: dict[str, Question]) -> None:
        self._store = store
        self._asked = asked
        self._stop = threading.Event()
        self.waits: dict[str, list[tuple[int, float]]] = defaultdict(
            list
        )  # version of the data when it was asked, how long it took
        self.failures: list[str] = []
        self._threads = [threading.Thread(target=self._read, args=(number,)) for number in range(READERS)]

    def __enter__(self) -> Readers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _read(self, number: int) -> None:
        draw = random.Random(number)
        names = list(self._asked)
        time.sleep(RESTS * number / READERS)
        while not self._stop.is_set():
            name = draw.choice(names)
            version, began = self._store.data_version(), time.perf_counter()
            try:
                self._asked[name]()
            except Exception as error:  # the run goes on and says at the end that it is worth nothing
                self.failures.append(f"{name}: {type(error).__name__}: {error}")
                return
            self.waits[name].append((version, time.perf_counter() - began))
            time.sleep(RESTS)


class Watch:
    """Notes which line of the delivery ran when this thread waited for its turn: its own thread's, or the writer's."""

    def __init__(self, thread_id: int) -> None:
        self._thread_id = thread_id
        self._stop = threading.Event()
        self.held: Counter[str] = Counter()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.is_set():
            began = time.perf_counter()
            time.sleep(0.001)
            late = time.perf_counter() - began - 0.001
            if late > STUCK:
                self.held[_place(sys._current_frames().get(self._thread_id))] += int(late * 1000)


def _place(frame: FrameType | None) -> str:
    """The innermost lines of the project in a stack."""
    lines = []
    while frame is not None and len(lines) < 2:
        path = frame.f_code.co_filename
        if path.startswith(str(Path(__file__).parents[2])) and ".venv" not in path:
            lines.append(f"{Path(path).parent.name}/{Path(path).name}:{frame.f_lineno}")
        frame = frame.f_back
    return " < ".join(lines) or "elsewhere"


def _others() -> tuple[float, float]:
    """Seconds of the processors that everybody else has used since the start, and seconds there have been."""
    fields = [float(one) for one in Path("/proc/stat").read_text().split("\n")[0].split()[1:8]]
    total, idle = sum(fields), fields[3] + fields[4]
    own = time.process_time()
    return (total - idle) / os.sysconf("SC_CLK_TCK") - own, total / os.sysconf("SC_CLK_TCK")


def _share(before: tuple[float, float], after: tuple[float, float]) -> str:
    share = (after[0] - before[0]) / (after[1] - before[1])
    return f"{max(0.0, share):.0%} of the processors used by other programs"


def build(folder: Path, n_rows: int) -> bytes:
    """A demo store with somebody who delivers for all municipalities, and the file: ten years of local indicators."""
    store = Store.open(f"duckdb:///{folder / 'tavle.duckdb'}", create=True)
    store.migrate()
    demo.build(store, today=TODAY)
    with store.read() as connection:
        units = sorted(connection.scalars(select(schema.unit.c.code).where(schema.unit.c.kind == "municipality")))

    def add(connection: Connection) -> None:
        n_indicators = -(-n_rows // (len(units) * len(MONTHS)))
        bulk_insert(connection, schema.indicator, pd.DataFrame(local_indicators(n_indicators)))
        person = {"email": EMAIL, "name": "Måler", "title": "", "password_hash": "", "is_active": True}
        connection.execute(insert(schema.account).values(**person, created_at=NOW.replace(tzinfo=None)))
        account_id = connection.scalar(select(schema.account.c.id).where(schema.account.c.email == EMAIL))
        connection.execute(insert(schema.role_grant).values(account_id=account_id, role="quality_team", unit_code="DK"))

    store.write(add)
    store.close()
    frame = figures(n_rows, units).drop(columns="month")
    return frame.to_csv(sep=";", index=False, lineterminator="\r\n").encode()


def _asked(waits: Waits, version: int) -> Waits:
    """The questions that were asked while the data had this version, however long their answers took."""
    return {name: [one for one in some if one[0] == version] for name, some in waits.items()}


def table(waits: Waits) -> list[tuple[str, int, float, float, float]]:
    """Name, how many were asked, and p50, p99 and longest in milliseconds; all together last."""
    every = {**waits, "all": [one for some in waits.values() for one in some]}
    found = []
    for name, some in every.items():
        if took := [one * 1000 for _, one in some]:
            found.append((name, len(took), float(np.percentile(took, 50)), float(np.percentile(took, 99)), max(took)))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--who", action="store_true")
    parser.add_argument("--switch", type=float, default=SWITCH_INTERVAL, help="seconds until a thread must give way")
    given = parser.parse_args()
    sys.setswitchinterval(given.switch)
    with tempfile.TemporaryDirectory(prefix="tavle-readers-") as place:
        folder = Path(place)
        content = build(folder, given.rows)
        store = Store.open(f"duckdb:///{folder / 'tavle.duckdb'}")
        viewer = load_viewer(store, EMAIL)
        asked = questions(store)
        for question in asked.values():
            for _ in range(200):
                question()
        settle()
        quiet = [_others()]
        with Readers(store, asked) as alone:
            time.sleep(ALONE)
        quiet.append(_others())
        watched: Counter[str] = Counter()
        before = store.data_version()
        with Readers(store, asked) as beside:
            began = time.perf_counter()
            limits = Limits(max_bytes=10**9, max_rows=2_000_000)
            done: list[object] = []

            def deliver() -> None:
                done.extend(pipeline.deliver(store, viewer, content, "stor.csv", today=TODAY, now=NOW, limits=limits))

            work = threading.Thread(target=deliver)
            work.start()
            if given.who:
                assert work.ident is not None
                with Watch(work.ident) as watch:
                    work.join()
                watched = watch.held
            work.join()
            ended = time.perf_counter()
            quiet.append(_others())
            time.sleep(AFTER)
        store.close()
    failures = alone.failures + beside.failures
    if failures or len(done) != 2 or done[1] is None:
        print("the run is worth nothing:", failures[:3] or "the file was refused")
        return 1
    print(f"{given.rows:,} rows delivered in {ended - began:.1f} s; {READERS} readers, {RESTS} s between")
    print(f"alone: {_share(quiet[0], quiet[1])}; beside the delivery: {_share(quiet[1], quiet[2])}")
    print(f"{'':30}{'asked':>7}{'p50':>9}{'p99':>9}{'longest':>9}")
    blocks = {
        "alone": alone.waits,
        "beside the delivery": _asked(beside.waits, before),
        "after it": _asked(beside.waits, before + 1),
    }
    for title, waits in blocks.items():
        for name, n, *milliseconds in table(waits):
            print(f"{name:30}{n:7}" + "".join(f"{one:6.0f} ms" for one in milliseconds) + f"  {title}")
    for place_held, milliseconds in watched.most_common(25):
        print(f"{milliseconds:7} ms held  {place_held}")
    return 0 if table(blocks["beside the delivery"])[-1][3] < AIM * 1000 else 1


if __name__ == "__main__":
    raise SystemExit(main())
