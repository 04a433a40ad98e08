"""The picture of the house stays true: imports run down only."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
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
def text_of(path: Path) -> str:
    return path.read_text("utf-8")


def may_import(path: Path, modules: Iterable[str]) -> bool:
    """Whether the name of one of these stands on a line that could import it: only then is the module taken apart.

    Where a statement is continued with a backslash the name may stand on the next line.
    """
    text = text_of(path)
    names = "|".join(map(re.escape, modules))
    return "\\\n" in text or re.search(rf"\b(?:import|from)\b.*\b(?:{names})\b", text) is not None


def imports_of(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(text_of(path))):
        if isinstance(node, ast.Import):
            yield from ((name.name, node.lineno) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module, node.lineno


def breaches(floor: str, folder: Path) -> list[str]:
    forbidden = (OURS - FLOORS[floor] - {floor}) | FOREIGN[floor]
    found = []
    for path in sorted(folder.rglob("*.py")):
        for module, line in imports_of(path) if may_import(path, forbidden) else ():
            if module.split(".")[0] in forbidden:
                found.append(f"{path.relative_to(folder.parent)}:{line} imports {module}")
    return found


@pytest.mark.parametrize("floor", FLOORS)
def test_imports_run_down_only(floor: str) -> None:
    assert list((ROOT / floor).rglob("*.py")), f"{floor}/ has no modules: the test looks in the wrong place"
    assert breaches(floor, ROOT / floor) == []


def test_inside_dashboards_nothing_imports_a_page_and_presenters_know_no_dash() -> None:
    found = []
    for path in sorted((ROOT / "dashboards").rglob("*.py")):
        relative = path.relative_to(ROOT / "dashboards")
        for module, line in imports_of(path) if may_import(path, ("dash", "dashboards.pages")) else ():
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
            if not re.search(r"\b(?:today|now|utcnow)\b", text_of(path)):
                continue
            for node in ast.walk(ast.parse(text_of(path))):
                if isinstance(node, ast.Attribute):
                    owner = node.value
                    name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
                    if (name, node.attr) in clocks:
                        found.append(f"{path.relative_to(ROOT)}:{node.lineno} reads the clock")
    assert found == []


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("from dashboards.theme import LIGHT\nimport dash.html\n", ["dashboards.theme", "dash.html"]),
        ("def late():\n    import os, flask as web\n", ["flask"]),
        ("from \\\n    plotly import io\n", ["plotly"]),
        ('"""import dash"""\nfrom dashing import dash\nimport dash_like\n', []),
    ],
)
def test_a_breach_would_be_seen(tmp_path: Path, text: str, seen: list[str]) -> None:
    (tmp_path / "wrong.py").write_text(text, encoding="utf-8")
    assert [line.partition(" imports ")[2] for line in breaches("data", tmp_path)] == seen
