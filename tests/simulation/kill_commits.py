"""Kill the process in the middle of commits, again and again, and see that nothing promised is lost and nothing torn.

Run `python tests/simulation/kill_commits.py --rounds 50`; it takes about five minutes. In every round a child process
delivers files in a loop through the pipeline, takes some back, hands mail over, and prints each receipt when it has it.
At a random moment it is killed with SIGKILL. Then the store is opened again (timed) and looked through:

- every delivery whose receipt was printed is there with every row of its file, figure for figure; every withdrawal too;
- no delivery is torn, acknowledged or not: its rows are as many as it says, and its audit event and mail are there;
- every stored signal is what its figures say, worked out anew; the newest event of a delivery agrees with its row;
- the audit chain is whole, and every mail that is marked as handed over is a whole file.

It ends with 1 if anything of that does not hold.
"""

from __future__ import annotations

import argparse
import email
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from data import audit, catalogue, outbox, reading, schema, states, withdrawal
from data.access import load_viewer
from data.store import Store
from etl import pipeline
from etl.limits import Limits
from tests.etl.conftest import _add_local, _add_people

SEED = 20170515
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
WHO = "admin@tavle.dk"
UNITS = ("NOH", "HGH", "RH", "BFH", "AHH", "SUH", "OUH", "AUH")
MONTHS = [date(year, month, 1) for year in range(2019, 2027) for month in range(1, 13)][:94]
WITHDRAWN_EVERY = 6
CHECKPOINT = "100KB"
SLOWEST = 1.0  # seconds a store may take to open


# ------------------------------------------------------------------------------------------------------------ the files


def figures(number: int) -> dict[tuple[str, date], tuple[int, int]]:
    """What file `number` says of each unit and month: numerator out of denominator, other figures in every file."""
    draw = random.Random(f"{SEED} {number}")
    units = draw.sample(UNITS, draw.randint(1, len(UNITS)))
    months = MONTHS[draw.randint(0, 80) :] if draw.random() < 0.5 else MONTHS
    # The denominator counts the files, so that no two say the same of a month.
    return {(unit, month): (draw.randint(10, 400), 1000 + number) for unit in units for month in months}


def file_of(number: int) -> bytes:
    lines = ["indikator;enhed;periode;tæller;nævner"]
    lines += [f"TRYKSAAR;{unit};{month:%Y-%m};{n};{of}" for (unit, month), (n, of) in figures(number).items()]
    return "\n".join(lines).encode()


# ------------------------------------------------------------------------------------------------------------ the child


def child(url: str, folder: Path, first: int) -> None:
    """Deliver file after file until somebody kills us."""
    store = Store.open(url)
    # DuckDB brings its log into the file when that has grown by 16 MB; here nearly every commit does, so that kills hit
    # that moment too.
    store.write(lambda connection: connection.exec_driver_sql(f"SET GLOBAL checkpoint_threshold = '{CHECKPOINT}'"))
    viewer = load_viewer(store, WHO)
    say(f"READY {first}")
    for number in range(first, first + 10_000):
        now = NOW + timedelta(seconds=number)
        say(f"BEGIN {number}")
        report, receipt = pipeline.deliver(
            store, viewer, file_of(number), f"{number}.csv", today=TODAY, now=now, limits=Limits()
        )
        if receipt is None or not receipt.number:
            say(f"REFUSED {number} {[finding.sentence('en') for finding in report.findings][:3]}")
            raise SystemExit(2)
        say(f"ACK {number} {receipt.number}")
        outbox.hand_over(store, folder, now)
        if number % WITHDRAWN_EVERY == 0:
            say(f"TAKING {number} {receipt.number}")
            withdrawal.withdraw(store, viewer, receipt.number, today=TODAY, now=now, reason="prøve")
            say(f"TAKEN {number} {receipt.number}")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


# ----------------------------------------------------------------------------------------------------------- the parent


@dataclass
class Heard:
    """What a child said before it died."""

    acknowledged: dict[str, int] = field(default_factory=dict)  # receipt -> file
    taken: set[str] = field(default_factory=set)
    last: int = 0
    under_way: str = ""
    refused: str = ""

    def line(self, text: str) -> None:
        word, number, *rest = text.split(" ", 2)
        self.last = max(self.last, int(number))
        if word == "ACK":
            self.acknowledged[rest[0]] = int(number)
        elif word == "TAKEN":
            self.taken.add(rest[0])
        elif word == "REFUSED":
            self.refused = text
        self.under_way = {"BEGIN": "delivery", "TAKING": "withdrawal"}.get(word, "")


def one_round(url: str, folder: Path, first: int, lives: float) -> Heard:
    """Start a child, let it live that long once it is ready, kill it, and give back what it said."""
    command = [sys.executable, __file__, "--child", url, str(folder), str(first)]
    heard, ready = Heard(last=first), threading.Event()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        assert process.stdout is not None

        def listen(lines: object = process.stdout) -> None:
            for line in lines:  # type: ignore[attr-defined]
                # A line without its end was never said whole: the kill cut it off.
                if line.endswith("\n"):
                    heard.line(line.strip())
                    ready.set()

        listener = threading.Thread(target=listen)
        listener.start()
        if not ready.wait(120):
            process.kill()
            raise SystemExit("the child did not start")
        time.sleep(lives)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        listener.join()
    if heard.refused:
        raise SystemExit(heard.refused)
    return heard


def reopened(url: str) -> tuple[Store, float]:
    """The store as it opens after the kill, and how many seconds that took until it answered."""
    began = time.perf_counter()
    store = Store.open(url)
    store.require_current()
    with store.read() as connection:
        connection.execute(select(func.count()).select_from(schema.observation)).scalar_one()
    return store, time.perf_counter() - began


def faults(store: Store, folder: Path, promised: dict[str, int], taken: set[str]) -> list[str]:
    """Everything that is not as it should be, in words."""
    found: list[str] = []
    with store.read() as connection:
        rows: Counter[int] = Counter()
        said: dict[int, dict[tuple[str, date], tuple[int, int]]] = {}
        for row in connection.execute(select(schema.observation)):
            rows[row.delivery_id] += 1
            said.setdefault(row.delivery_id, {})[row.unit_code, row.period_start] = (row.numerator, row.denominator)
        deliveries = {row.receipt: row for row in connection.execute(select(schema.delivery))}
        events: dict[int, str] = {}
        for event in connection.execute(select(schema.delivery_event).order_by(schema.delivery_event.c.id)):
            events[event.delivery_id] = event.kind
        audited = Counter(connection.scalars(select(schema.audit_event.c.subject)))
        mails = {mail.about: mail for mail in connection.execute(select(schema.outbox))}

        for receipt, number in promised.items():
            if receipt not in deliveries:
                found.append(f"{receipt} was acknowledged and is not there")
            elif said.get(deliveries[receipt].id) != figures(number):
                found.append(f"{receipt} was acknowledged and its figures are not those of its file")
        for receipt in taken:
            if receipt in deliveries and deliveries[receipt].state != "withdrawn":
                found.append(f"{receipt} was taken back and counts")
        for receipt, delivery in deliveries.items():
            if rows[delivery.id] != delivery.n_new + delivery.n_changed or not rows[delivery.id]:
                found.append(f"{receipt} is torn: {rows[delivery.id]} rows of {delivery.n_new + delivery.n_changed}")
            is_withdrawn = events.get(delivery.id) == "withdrawn"
            if is_withdrawn != (delivery.state == "withdrawn") or audited[receipt] != 1 + (delivery.id in events):
                found.append(f"{receipt} is torn: its row, its events and its audit events disagree")
            if receipt not in mails:
                found.append(f"{receipt} is torn: its mail is missing")
        if set(rows) - {delivery.id for delivery in deliveries.values()}:
            found.append("observations of no delivery")

        if not (chain := audit.verify_chain(connection)).is_whole:
            found.append(f"the audit chain is broken at {chain.broken_at}")
        found += _signals_out_of_step(store, connection)

    for mail in mails.values():
        path = folder / f"{mail.id:08d}-{mail.kind}.eml"
        if mail.written_at is not None and (not path.exists() or mail.about not in _subject(path)):
            found.append(f"mail {mail.id} is marked as handed over and is no whole file")
    return found


def _signals_out_of_step(store: Store, connection: object) -> list[str]:
    stored = {}
    for row in connection.execute(select(schema.series_state)):  # type: ignore[attr-defined]
        stored[row.indicator_code, row.unit_code] = states.from_row(row)
    with_rows = {
        (row.indicator_code, row.unit_code)
        for row in connection.execute(  # type: ignore[attr-defined]
            select(schema.observation.c.indicator_code, schema.observation.c.unit_code).distinct()
        )
    }
    found = [f"the signal of {pair} was never stored" for pair in sorted(with_rows - set(stored))]
    pairs = sorted(stored)
    frame = reading.observations(connection, pairs)  # type: ignore[arg-type]
    anew = states.work_out(
        connection, pairs, frame, today=TODAY, now=NOW, deadline_day=store.deadline_day  # type: ignore[arg-type]
    )  # fmt: skip
    names = [name for name in states.SeriesState.__dataclass_fields__ if name not in ("computed_at", "data_version")]
    for state in anew:
        was = stored[state.indicator_code, state.unit_code]
        if wrong := [name for name in names if getattr(state, name) != getattr(was, name)]:
            found.append(f"the signal of {state.indicator_code} in {state.unit_code} is out of step: {wrong}")
    return found


def _subject(path: Path) -> str:
    return str(email.message_from_bytes(path.read_bytes())["Subject"])


def make_store(url: str) -> None:
    store = Store.open(url, create=True)
    store.migrate()
    store.write(catalogue.load)
    store.write(_add_local)
    store.write(_add_people)
    store.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--child", nargs=3, metavar=("URL", "FOLDER", "FIRST"))
    given = parser.parse_args()
    if given.child:
        url, folder, first = given.child
        child(url, Path(folder), int(first))
        return 0

    draw = random.Random(SEED)
    seconds: list[float] = []
    killed: Counter[str] = Counter()
    promised: dict[str, int] = {}
    taken: set[str] = set()
    next_file = n_unspoken = 0
    with tempfile.TemporaryDirectory(prefix="tavle-kill-") as place:
        url, folder = f"duckdb:///{place}/tavle.duckdb", Path(place) / "outbox"
        make_store(url)
        for number in range(1, given.rounds + 1):
            heard = one_round(url, folder, next_file + 1, draw.uniform(0.0, 2.0))
            next_file = heard.last
            promised |= heard.acknowledged
            taken |= heard.taken
            killed[heard.under_way or "between"] += 1
            store, took = reopened(url)
            seconds.append(took)
            wrong = faults(store, folder, promised, taken)
            with store.read() as connection:
                n_there = connection.scalar(select(func.count()).select_from(schema.delivery)) or 0
            store.close()
            n_unspoken = n_there - len(promised)
            print(
                f"round {number:3}: killed during {heard.under_way or 'nothing':10} {len(heard.acknowledged):3} new "
                f"receipts, opened in {took:.3f} s, {len(wrong)} faults"
            )
            for fault in wrong:
                print(f"    {fault}")
            if wrong:
                return 1
    print()
    print(f"rounds              {given.rounds} ({', '.join(f'{n} during {what}' for what, n in killed.most_common())})")
    print(f"acknowledged        {len(promised)} deliveries, {len(taken)} withdrawals: all there, whole")
    print(f"not acknowledged    {n_unspoken} deliveries committed before the receipt could be said: whole as well")
    print(f"opened again        median {statistics.median(seconds):.3f} s, worst {max(seconds):.3f} s")
    return 0 if max(seconds) < SLOWEST else 1


if __name__ == "__main__":
    raise SystemExit(main())
