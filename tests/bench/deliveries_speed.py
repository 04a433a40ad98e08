"""Speed of the way in: `python tests/bench/deliveries_speed.py [--quick] [--profile]` prints a table.

Files of 2,000, 100,000 and 1,000,000 rows (98 municipalities, local indicators of three kinds, ten years of months) are
checked and committed into a store that holds the first two years already, as one file of a person with the right to all
units. Each size runs in a process of its own, whose peak memory is its own; seconds of the processor are printed too,
because a busy machine takes longer. The same bytes then go through `pandas.read_csv` and a pandera schema with the
checks that can be said there, as the ratio; that reads and checks, and writes nothing. Last comes the effect preview of
50 series, from the checked file to the states before and after.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
MONTHS = pd.period_range("2016-11", periods=120, freq="M")
STORED_MONTHS = 24
EFFECT_SERIES = 50
EMAIL = "maaler@tavle.dk"
KINDS = (("p", True, 100, 0.7), ("u", True, 1000, 0.02), ("run", False, 1, 0.0))  # chart, denominator, per, level


def local_indicators(n: int) -> list[dict[str, Any]]:
    """Rows of the indicator table: shares, rates and plain values by turns."""
    from data import schema

    rows = []
    for number in range(n):
        chart, has_denominator, per, _ = KINDS[number % len(KINDS)]
        row: dict[str, Any] = {
            column.name: False if isinstance(column.type, schema.Boolean) else ""
            for column in schema.indicator.columns
            if not column.nullable
        }
        row |= {"code": f"MAAL-{number:03d}", "version": 1, "scope": "local", "name_da": f"Måling {number:03d}"}
        row |= {"name_en": f"Measure {number:03d}", "has_denominator": has_denominator, "per": per, "chart": chart}
        row |= {"unit_of_measure_da": "%", "unit_of_measure_en": "%", "direction": "up", "role": "process"}
        row |= {"period": "month", "decimals": 1, "open_periods": 0, "verification": "own", "profile": "anhoej"}
        rows.append(row)
    return rows


def figures(n_rows: int, units: list[str]) -> pd.DataFrame:
    """The rows of the file: indicator, unit, period, and the three figures as Danish text."""
    n_indicators = -(-n_rows // (len(units) * len(MONTHS)))
    rng = np.random.default_rng(20261123)
    index = pd.MultiIndex.from_product([range(n_indicators), units, range(len(MONTHS))])[:n_rows]
    indicator, month = index.get_level_values(0).to_numpy(), index.get_level_values(2).to_numpy()
    kind = indicator % len(KINDS)
    denominator = rng.integers(80, 120, n_rows) * np.where(kind == 1, 30, 1)
    numerator = rng.binomial(denominator, np.array([level for *_, level in KINDS])[kind])
    value = np.round(rng.normal(40, 4, n_rows), 1)
    is_value = kind == 2
    frame = pd.DataFrame(
        {
            "indikator": [f"MAAL-{one:03d}" for one in indicator],
            "enhed": index.get_level_values(1),
            "periode": np.array([str(one) for one in MONTHS], dtype=object)[month],
            "tæller": np.where(is_value, "", numerator.astype(str)),
            "nævner": np.where(is_value, "", denominator.astype(str)),
            "værdi": np.where(is_value, np.char.replace(value.astype(str), ".", ","), ""),
        }
    )
    return frame.assign(month=month)


def build(folder: Path, n_rows: int) -> None:
    """A store with catalogue, indicators, a person, the first two years (1 % of them other figures), and the file."""
    from sqlalchemy import insert, select

    from data import catalogue, schema
    from data.access import load_viewer
    from data.store import Store, bulk_insert
    from etl import pipeline
    from etl.limits import Limits

    store = Store.open(f"duckdb:///{folder / 'tavle.duckdb'}", create=True)
    store.migrate()
    store.write(catalogue.load)
    with store.read() as connection:
        units = sorted(connection.scalars(select(schema.unit.c.code).where(schema.unit.c.kind == "municipality")))
    n_indicators = -(-n_rows // (len(units) * len(MONTHS)))

    def add(connection: Any) -> None:
        bulk_insert(connection, schema.indicator, pd.DataFrame(local_indicators(n_indicators)))
        person = {"email": EMAIL, "name": "Måler", "title": "", "password_hash": "", "is_active": True}
        connection.execute(insert(schema.account).values(**person, created_at=datetime(2026, 1, 1)))
        account_id = connection.scalar(select(schema.account.c.id).where(schema.account.c.email == EMAIL))
        connection.execute(insert(schema.role_grant).values(account_id=account_id, role="quality_team", unit_code="DK"))

    store.write(add)
    frame = figures(n_rows, units)
    stored = frame[frame["month"] < STORED_MONTHS].copy()
    changed = stored.index[(np.arange(len(stored)) % 100 == 0) & (stored["nævner"] != "")]
    stored.loc[changed, "nævner"] = (stored.loc[changed, "nævner"].astype(int) + 1).astype(str)
    viewer = load_viewer(store, EMAIL)
    text = stored.drop(columns="month").to_csv(sep=";", index=False).encode()
    limits = Limits(max_bytes=10**9, max_rows=2_000_000)
    _, receipt = pipeline.deliver(store, viewer, text, "foer.csv", today=TODAY, now=NOW, limits=limits)
    assert receipt is not None
    store.close()
    frame.drop(columns="month").to_csv(folder / "levering.csv", sep=";", index=False, lineterminator="\r\n")


def ours(folder: Path, *, profile: bool, commit: bool) -> dict[str, Any]:
    """Seconds for the check alone and for check and commit, peak memory, and the longest silence of the progress."""
    from data.access import load_viewer
    from data.store import Store
    from etl import pipeline
    from etl.limits import Limits

    store = Store.open(f"duckdb:///{folder / 'tavle.duckdb'}")
    viewer = load_viewer(store, EMAIL)
    content = (folder / "levering.csv").read_bytes()
    limits = Limits(max_bytes=10**9, max_rows=2_000_000)
    told: list[tuple[float, str]] = []
    said: dict[str, Any] = {"before": _peak()}

    def progress(stage: Any, share: float) -> None:
        told.append((time.perf_counter(), stage.en))

    profiler = cProfile.Profile()
    if profile:
        profiler.enable()
    arguments: dict[str, Any] = {"today": TODAY, "limits": limits, "progress": progress}
    start, cpu = time.perf_counter(), time.process_time()
    if commit:
        report, receipt = pipeline.deliver(store, viewer, content, "levering.csv", now=NOW, **arguments)
        said["seconds"] = time.perf_counter() - start
        assert receipt is not None, [finding.sentence("en") for finding in report.findings[:5]]
        said |= {"new": receipt.n_new, "changed": receipt.n_changed, "unchanged": receipt.n_unchanged}
        said["series"] = len(receipt.touched)
    else:
        report = pipeline.check(store, viewer, content, "levering.csv", **arguments)
        said["seconds"] = time.perf_counter() - start
    said["cpu"] = time.process_time() - cpu
    if profile:
        profiler.disable()
        pstats.Stats(profiler, stream=sys.stderr).sort_stats("cumulative").print_stats(60)
        pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime").print_stats(30)
    times = [start, *(moment for moment, _ in told), start + said["seconds"]]
    said["silence"] = max(np.diff(times))
    stages: dict[str, float] = {}
    for (moment, stage), after in zip(told, times[2:], strict=True):
        stages[stage] = stages.get(stage, 0.0) + after - moment
    said["stages"] = stages
    said |= {"findings": len(report.findings), "warnings": report.n_warnings, "peak": _peak()}
    store.close()
    return said


def effect_preview(folder: Path) -> dict[str, Any]:
    """Seconds of the effect preview of 50 series of ten years each: the first time, and the median of 5."""
    from data.access import load_viewer
    from data.store import Store
    from etl import effect, pipeline
    from etl.limits import Limits

    store = Store.open(f"duckdb:///{folder / 'tavle.duckdb'}")
    viewer = load_viewer(store, EMAIL)
    frame = pd.read_csv(folder / "levering.csv", sep=";", dtype=str)
    series = frame[["indikator", "enhed"]].drop_duplicates()
    some = series.iloc[np.linspace(0, len(series) - 1, EFFECT_SERIES).astype(int)]
    content = frame.merge(some).to_csv(sep=";", index=False).encode()
    limits = Limits(max_bytes=10**9, max_rows=2_000_000)
    report = pipeline.check(store, viewer, content, "levering.csv", today=TODAY, limits=limits)
    seconds = []
    for _ in range(6):
        start = time.perf_counter()
        found = effect.preview(store, viewer, report.tidy, today=TODAY)
        seconds.append(time.perf_counter() - start)
    assert len(found.series) == EFFECT_SERIES, found
    store.close()
    return {
        "first": seconds[0],
        "median": float(np.median(seconds[1:])),
        "series": len(found.series),
        "rows": len(report.rows),
        "indicators": len(set(some["indikator"])),
    }


def peers(folder: Path) -> dict[str, Any]:
    """The same bytes through pandas and pandera: read, typed, and checked as far as a schema says it."""
    import pandera.pandas as pandera

    from data.access import load_viewer
    from data.queries import observations
    from data.store import Store

    store = Store.open(f"duckdb:///{folder / 'tavle.duckdb'}")
    viewer = load_viewer(store, EMAIL)
    content = folder / "levering.csv"
    pairs = pd.read_csv(content, sep=";", usecols=["indikator", "enhed"], dtype=str).drop_duplicates()
    stored = observations.current_many(store, viewer, list(pairs.itertuples(index=False, name=None)))
    store.close()
    codes, units = set(pairs["indikator"]), set(pairs["enhed"])
    ratios = {f"MAAL-{n:03d}" for n in range(len(codes)) if KINDS[n % len(KINDS)][1]}

    start = time.perf_counter()
    frame = pd.read_csv(content, sep=";", decimal=",", dtype={"indikator": str, "enhed": str})
    frame["periode"] = pd.to_datetime(frame["periode"], format="%Y-%m")
    frame["vist"] = frame["værdi"].fillna(frame["tæller"] / frame["nævner"])
    known = stored.assign(vist=stored["value"].fillna(stored["numerator"] / stored["denominator"]))
    grouped = known.groupby(["indicator_code", "unit_code"])["vist"]
    middle = grouped.median()
    spread = (
        (known["vist"] - grouped.transform("median"))
        .abs()
        .groupby([known["indicator_code"], known["unit_code"]])
        .median()
    )
    usual = pd.DataFrame({"middle": middle, "spread": spread}).rename_axis(["indikator", "enhed"]).reset_index()
    frame = frame.merge(usual, how="left", on=["indikator", "enhed"])
    before = stored.rename(columns={"indicator_code": "indikator", "unit_code": "enhed"})
    before = before.assign(periode=pd.to_datetime(before["period_start"]))
    frame = frame.merge(before[["indikator", "enhed", "periode", "numerator", "denominator", "value"]], how="left")
    warning = {"raise_warning": True}
    schema = pandera.DataFrameSchema(
        {
            "indikator": pandera.Column(str, pandera.Check.isin(codes)),
            "enhed": pandera.Column(str, pandera.Check.isin(units)),
            "periode": pandera.Column("datetime64[us]", pandera.Check.le(pd.Timestamp(TODAY)), coerce=True),
            "tæller": pandera.Column(float, pandera.Check.ge(0), nullable=True, coerce=True),
            "nævner": pandera.Column(float, pandera.Check.gt(0), nullable=True, coerce=True),
            "værdi": pandera.Column(float, pandera.Check.ge(0), nullable=True, coerce=True),
        },
        checks=[
            pandera.Check(lambda df: ~(df["tæller"] > df["nævner"])),
            pandera.Check(lambda df: df["tæller"].notna() & df["nævner"].notna() | ~df["indikator"].isin(ratios)),
            pandera.Check(
                lambda df: ~((df["vist"] - df["middle"]).abs() > 3 * 1.4826 * df["spread"]), **warning, name="history"
            ),
            pandera.Check(
                lambda df: ~(df.groupby(["indikator", "enhed"])["vist"].diff().eq(0)), **warning, name="identical"
            ),
        ],
        unique=["indikator", "enhed", "periode"],
    )
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        schema.validate(frame, lazy=True)
    return {"seconds": time.perf_counter() - start, "peak": _peak()}


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # MB


def _run(*arguments: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, __file__, *arguments], stdout=subprocess.PIPE, check=True, text=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else {}
    return answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without the million rows")
    parser.add_argument("--profile", action="store_true", help="print where the time goes")
    parser.add_argument("--rows", type=int, action="append", help="only this many rows")
    parser.add_argument("--part", choices=("build", "check", "deliver", "effect", "peers"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        if given.part == "build":
            build(given.folder, given.rows[0])
        elif given.part == "effect":
            print(json.dumps(effect_preview(given.folder)))
        elif given.part == "peers":
            print(json.dumps(peers(given.folder)))
        else:
            print(json.dumps(ours(given.folder, profile=given.profile, commit=given.part == "deliver")))
        return
    sizes = given.rows or [2_000, 100_000, *([] if given.quick else [1_000_000])]
    print(
        "rows       check s   check+commit s   CPU s    peak MB   pandas+pandera s   check/pandera   longest silence s"
    )
    for n_rows in sizes:
        with tempfile.TemporaryDirectory() as name:
            _run("--part", "build", "--folder", name, "--rows", str(n_rows))
            pandera = _run("--part", "peers", "--folder", name)
            checked = _run("--part", "check", "--folder", name)
            more = ["--profile"] if given.profile else []
            delivered = _run("--part", "deliver", "--folder", name, *more)
            ratio = checked["seconds"] / pandera["seconds"]
            print(
                f"{n_rows:<9,}  {checked['seconds']:>7.2f}   {delivered['seconds']:>14.2f}   "
                f"{delivered['cpu']:>6.2f}   "
                f"{delivered['peak']:>7.0f}   "
                f"{pandera['seconds']:>16.2f}   {ratio:>15.2f}   {delivered['silence']:>17.2f}"
            )
            told = ("series", "new", "changed", "unchanged", "warnings")
            print("           " + ", ".join(f"{key} {delivered[key]:,}" for key in told))
            print("           " + ", ".join(f"{stage} {seconds:.2f}" for stage, seconds in delivered["stages"].items()))
    with tempfile.TemporaryDirectory() as name:
        _run("--part", "build", "--folder", name, "--rows", "30000")
        effect = _run("--part", "effect", "--folder", name)
    print(
        f"effect preview of {effect['series']} series of {effect['indicators']} indicators, {effect['rows']:,} rows: "
        f"{effect['first']:.2f} s the first time, {effect['median']:.2f} s in the median of 5"
    )


if __name__ == "__main__":
    main()
