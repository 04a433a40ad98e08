"""The checks by masks find what a plain loop over the rows finds, on files that examples are drawn for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.access import load_viewer
from data.store import Store
from etl import checking, pipeline
from etl.checks import all_checks
from etl.limits import Limits

HEAD = "indikator;enhed;periode;tæller;nævner;værdi;kommentar\n"
TODAY = date(2026, 11, 23)
SHARE, COUNT = "TRYKSAAR", "KLAGER"
STORED = {
    (indicator, (year, month)): (30 + (5 * month + year) % 9, 40 + month % 4 if indicator == SHARE else None)
    for indicator in (SHARE, COUNT)
    for year, month in [*((2024, month) for month in range(1, 13)), *((2025, month) for month in range(1, 6))]
}

Key = tuple[str, tuple[int, int]]
Line = tuple[str, tuple[int, int], int | None, int | None]


@pytest.fixture(scope="module")
def board(made_board: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    copy = tmp_path_factory.mktemp("twin") / "tavle.duckdb"
    shutil.copyfile(made_board, copy)
    store = Store.open(f"duckdb:///{copy}")
    lines = [(indicator, month, n, d) for (indicator, month), (n, d) in STORED.items()]
    viewer = load_viewer(store, "team@noh.dk")
    _, receipt = pipeline.deliver(
        store, viewer, written(lines), "a.csv", today=TODAY, now=datetime(2026, 1, 1, tzinfo=UTC), limits=Limits()
    )
    assert receipt is not None
    yield store
    store.close()


def written(lines: list[Line]) -> bytes:
    rows = [
        f"{indicator};NOH;{year}-{month:02d};{'' if n is None else n};{'' if d is None else d};;"
        for indicator, (year, month), n, d in lines
    ]
    return (HEAD + "\n".join(rows)).encode()


def found_by_masks(store: Store, lines: list[Line]) -> dict[str, set[int]]:
    """The rows (from 0) each check hits, before one finding silences another."""
    found: dict[str, set[int]] = {}

    def every(checks, rows, context, progress=None):
        for check in checks:
            found[check.code] = {hit.row.position for one in check.find(rows, context) for hit in hits_of(one)}
        return run(checks, rows, context, progress)

    run = checking.run
    with mock.patch.object(checking, "run", every):
        pipeline.check(store, load_viewer(store, "team@noh.dk"), written(lines), "a.csv", today=TODAY, limits=Limits())
    return found


def hits_of(one: checking.Hit | checking.Hits) -> list[checking.Hit]:
    return list(one) if isinstance(one, checking.Hits) else [one] if one.row is not None else []


def months(month: tuple[int, int]) -> int:
    return 12 * month[0] + month[1]


def shown(indicator: str, n: float | None, d: float | None) -> float | None:
    if indicator == COUNT or n is None or d is None or d == 0:
        return n
    return n / d * 100


def found_by_loop(lines: list[Line]) -> dict[str, set[int]]:
    """The same by hand: one row at a time, lists and dictionaries."""
    found: dict[str, set[int]] = {code: set() for code in CODES}
    first: dict[Key, int] = {}
    is_said = [n is not None or d is not None for _, _, n, d in lines]
    for at, (indicator, month, n, d) in enumerate(lines):
        if indicator == SHARE and n is not None and d is not None and n > d > 0:
            found["numerator_above_denominator"].add(at)
        if d == 0:
            found["denominator_zero"].add(at)
        if (n or 0) < 0 or (d or 0) < 0:
            found["negative_number"].add(at)
        if months(month) > months((2026, 11)):
            found["future_month"].add(at)
        if not is_said[at]:
            found["empty_row"].add(at)
        # A count has no denominator: which figure was meant is asked.
        elif (n is None or d is None) if indicator == SHARE else (n is None or d is not None):
            found["missing_value"].add(at)
        if is_said[at] and first.setdefault((indicator, month), at) != at:
            found["duplicate_key"].add(at)

    line: dict[Key, tuple[float | None, float | None]] = dict(STORED)
    line |= {key: stored_of(lines[at]) for key, at in first.items()}
    mentioned = {*STORED, *((indicator, month) for indicator, month, _, _ in lines)}
    for at, (indicator, month, _, _) in enumerate(lines):
        n, d = stored_of(lines[at])
        if not is_said[at] or STORED.get((indicator, month)) == (n, d):
            continue
        earlier = sorted((key for key in STORED if key[0] == indicator and key[1] < month), key=lambda key: key[1])
        usual = [shown(indicator, *STORED[key]) for key in earlier][-24:]
        now = shown(indicator, n, d)
        if len(usual) >= 12 and now is not None and lines[at][3] != 0:
            middle = median(usual)
            width = 3 * 1.4826 * median([abs(one - middle) for one in usual])
            if width > 0 and abs(now - middle) > width + 1e-9:
                found["outside_own_history"].add(at)
        sizes = [STORED[key][1] for key in earlier if STORED[key][1] is not None][-12:]
        if len(sizes) >= 6 and d is not None:
            middle = median(sizes)
            if abs(d - middle) > max(0.5 * middle, 2 * middle**0.5):
                found["denominator_jump"].add(at)
        before = sorted(key for key in line if key[0] == indicator and key[1] < month)[-2:]
        is_copy = len(before) == 2 and all(line[key] == (n, d) for key in before)
        if first[indicator, month] == at and is_copy and n and (n > 0 or indicator == COUNT):
            found["identical_three_times"].add(at)
        newest = max(key[1] for key in STORED if key[0] == indicator)
        last = max((key[1] for key in mentioned if key[0] == indicator and key[1] < month), default=None)
        if month > newest and last is not None and months(month) - months(last) > 1:
            found["month_skipped"].add(at)
    return found


def stored_of(line: Line) -> tuple[int | None, int | None]:
    indicator, _, n, d = line
    return (n, d if indicator == SHARE else None)


CODES = (
    "numerator_above_denominator", "denominator_zero", "negative_number", "future_month", "empty_row", "missing_value",
    "duplicate_key", "outside_own_history", "denominator_jump", "identical_three_times", "month_skipped",
)  # fmt: skip

figures = st.none() | st.integers(-1, 8) | st.integers(28, 50) | st.sampled_from([33, 42, 90])
month = st.tuples(st.sampled_from([2024, 2025, 2026]), st.integers(1, 12))
rows = st.tuples(st.sampled_from([SHARE, COUNT]), month, figures, figures)
repeats = st.lists(rows, min_size=1, max_size=12) | st.builds(
    lambda start, n, d, size: [(SHARE, (2025, start + i), n, d) for i in range(size)],
    st.integers(3, 6),
    st.integers(1, 40),
    st.integers(40, 44),
    st.integers(2, 6),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=repeats)
def test_masks_find_what_a_plain_loop_finds(board: Store, lines: list[Line]) -> None:
    by_masks, by_loop = found_by_masks(board, lines), found_by_loop(lines)
    assert {code: by_masks[code] for code in CODES} == by_loop
    assert set(CODES) <= {check.code for check in all_checks()}
