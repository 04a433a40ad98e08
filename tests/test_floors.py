"""The picture of the house stays true: imports run down only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# A floor may import itself and the floors named beside it, nothing else of ours.
FLOORS = {
    "indicators": set(),
    "data": {"indicators"},
    "etl": {"indicators", "data"},
    "api": {"indicators", "data", "etl"},
    "dashboards": {"indicators", "data", "etl"},
}
ROOF = {"app", "commands", "settings"}
OURS = set(FLOORS) | ROOF
# What a floor may not know of, beyond our own modules.
FOREIGN = {
    "indicators": {"sqlalchemy", "duckdb", "dash", "flask", "plotly"},
    "data": {"dash", "flask", "plotly"},
    "etl": {"dash", "flask", "plotly", "sqlalchemy", "duckdb"},
    "dashboards": {"sqlalchemy", "duckdb"},
    "api": {"sqlalchemy", "duckdb", "dash", "plotly"},
}


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """Every node of a module; each is read once for all tests of this file."""
    return tuple(ast.walk(ast.parse(path.read_text("utf-8"))))


@cache
def imports_of(path: Path) -> tuple[tuple[str, int], ...]:
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[tuple[str, int]]:
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            yield from ((name.name, node.lineno) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module, node.lineno


def breaches(floor: str) -> list[str]:
    allowed = FLOORS[floor] | {floor}
    found = []
    for path in sorted((ROOT / floor).rglob("*.py")):
        for module, line in imports_of(path):
            top = module.split(".")[0]
            if (top in OURS and top not in allowed) or top in FOREIGN[floor]:
                found.append(f"{path.relative_to(ROOT)}:{line} imports {module}")
    return found


@pytest.mark.parametrize("floor", FLOORS)
def test_imports_run_down_only(floor: str) -> None:
    assert list((ROOT / floor).rglob("*.py")), f"{floor}/ has no modules: the test looks in the wrong place"
    assert breaches(floor) == []


def test_inside_dashboards_nothing_imports_a_page_and_presenters_know_no_dash() -> None:
    found = []
    for path in sorted((ROOT / "dashboards").rglob("*.py")):
        relative = path.relative_to(ROOT / "dashboards")
        for module, line in imports_of(path):
            is_page = module.startswith("dashboards.pages.")
            dash_below = relative.parts[0] in {"presenters", "figures", "text"} and module.split(".")[0] == "dash"
            if (is_page and relative.parts[0] != "pages") or dash_below:
                found.append(f"{relative}:{line} imports {module}")
    assert found == []


def test_no_clock_below_the_roof() -> None:
    """Today's date is passed in: `as of` and every test depend on it."""
    clocks = {
        ("date", "today"),
        ("datetime", "now"),
        ("datetime", "utcnow"),
        ("datetime", "today"),
        ("Timestamp", "now"),
    }
    found = []
    for floor in ("indicators", "data", "etl"):
        for path in sorted((ROOT / floor).rglob("*.py")):
            if path.name == "__main__.py":
                continue
            for node in nodes_of(path):
                if isinstance(node, ast.Attribute):
                    owner = node.value
                    name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
                    if (name, node.attr) in clocks:
                        found.append(f"{path.relative_to(ROOT)}:{node.lineno} reads the clock")
    assert found == []


def test_a_breach_would_be_seen(tmp_path: Path) -> None:
    module = tmp_path / "wrong.py"
    module.write_text("from dashboards.theme import LIGHT\nimport dash.html\n", encoding="utf-8")
    assert [name for name, _line in imports_of(module)] == ["dashboards.theme", "dash.html"]
