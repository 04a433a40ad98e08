"""`tavle evaluate`: the frozen data set run again with every digit, and the rights an evaluator is made with."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select
from typer.testing import CliRunner

import commands
from data import snapshots
from data.access import SYSTEM, load_viewer
from data.queries import evaluation
from data.schema import evaluation_snapshot
from data.store import Store
from indicators.evaluation import programme_effect
from tests.conftest import BuiltDemo

CALL = {"family": "binomial", "weights": "unit", "leave_out": 6, "cohort_trends": False, "inference": "analytic"}


@pytest.fixture
def demo_path(built_demo: BuiltDemo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "demo.duckdb"
    shutil.copy(built_demo.path, path)
    monkeypatch.setenv("TAVLE_VAR", str(tmp_path))
    monkeypatch.setenv("TAVLE_DATABASE_URL", f"duckdb:///{path}")
    monkeypatch.setenv("TAVLE_TODAY", "2026-11-23")
    return path


def tavle(*arguments: str, typed: str = "") -> tuple[int, str, str]:
    result = CliRunner().invoke(commands.app, list(arguments), input=typed)
    return result.exit_code, result.stdout, result.stderr


def test_a_frozen_data_set_run_again_gives_the_same_digits(demo_path: Path) -> None:
    store = Store.open(f"duckdb:///{demo_path}")
    viewer = load_viewer(store, "forsker@tavle.example")
    groups = [one for one in evaluation.groups(store, viewer) if one.kind == "cohort"]
    frame = evaluation.frame(store, viewer, "OPFOELG", groups, pseudonyms=True)
    result = programme_effect(frame, denominator="denominator", **CALL)
    made = snapshots.freeze(
        store,
        viewer,
        indicator_code="OPFOELG",
        groups=groups,
        frame=frame,
        settings={"call": CALL},
        results={"overall": result.overall.to_dict()},
        versions={"numpy": np.__version__},
        now=datetime(2026, 11, 23, 9, 0),
    )
    store.close()
    code, out, err = tavle("evaluate", made.id)
    assert (code, err) == (0, "")
    said = json.loads(out)
    assert said["snapshot"] == made.hash and said["rows"] == len(frame) and said["call"] == CALL
    for name in ("estimate", "se", "ci_low", "ci_high"):
        assert said["overall"][name] == made.results["overall"][name] == float(result.overall[name])
    assert said["versions"]["frozen"]["numpy"] == said["versions"]["now"]["numpy"]
    assert "E-0" not in out  # an aggregate, nothing of single units

    assert tavle("evaluate", "0123456789")[0] == 1
    assert "mindst 6 tegn" in tavle("evaluate", "abc")[2]
    assert "at least 6" in tavle("evaluate", "abc", "--lang", "en")[2]
    store = Store.open(f"duckdb:///{demo_path}")
    store.write(lambda connection: connection.execute(evaluation_snapshot.update().values(versions={})))
    store.close()
    code, out, err = tavle("evaluate", made.id)
    assert code == 1 and out == "" and "sikkerhedskopi" in err


def test_an_evaluator_gets_names_and_counts_only_when_they_are_given(demo_path: Path) -> None:
    for email, options in (("a@example.dk", ()), ("b@example.dk", ("--names", "--counts"))):
        code, _, err = tavle(
            "user", "add", email, "--name", "Ny", "--role", "evaluator", *options, typed="langt nok kodeord\n"
        )
        assert code == 0, err
    store = Store.open(f"duckdb:///{demo_path}")
    blind, named = load_viewer(store, "a@example.dk"), load_viewer(store, "b@example.dk")
    assert not blind.readable_units and not blind.may_take_counts and len(blind.evaluated_units) == 120
    assert named.readable_units == blind.evaluated_units and named.may_take_counts
    with store.read() as connection:
        assert connection.scalars(select(evaluation_snapshot.c.hash)).all() == []
    store.close()
    assert SYSTEM.may_take_counts
