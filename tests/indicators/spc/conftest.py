"""Where the shared reference cases are, and what happens when they are not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("TAVLE_SHARED") or ROOT.parent / "shared") / "reference" / "spc"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`reference_case` becomes one test per case of the shared index, or one test that says the index is missing."""
    if "reference_case" not in metafunc.fixturenames:
        return
    from indicators.spc.conformance import qicharts2

    if not (SHARED / "index.csv").exists():
        metafunc.parametrize("reference_case", [None], ids=["shared-reference-is-missing"])
        return
    rows = [row for _, row in qicharts2.index_of(SHARED).iterrows()]
    metafunc.parametrize("reference_case", rows, ids=[row.case_id for row in rows])


@pytest.fixture
def shared_reference() -> Path:
    """The folder of SPC reference cases. Missing: skipped with the reason, but in CI that is a failure."""
    if not (SHARED / "index.csv").exists():
        message = f"no reference cases in {SHARED}; set TAVLE_SHARED to the folder that holds reference/"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(message)
        pytest.skip(message)
    return SHARED


@pytest.fixture
def own_reference() -> Path:
    """The cases that stand in the project."""
    return ROOT / "tests" / "reference" / "spc"
