"""The documents stay true: every example in them runs, and docs/method.md names everything that is computed."""

from __future__ import annotations

import ast
import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

from indicators import spc
from indicators.spc import adviser, conformance
from indicators.spc.adviser import NoProposal
from indicators.spc.diagnostics import CHECKS
from indicators.spc.diagnostics.record import Code
from indicators.spc.displays.funnel.methods import KINDS, METHODS
from indicators.spc.displays.funnel.overdispersion import FORMS
from indicators.spc.rules import Alternating, Beyond, Monotone, OneSide, Outside, Within, Without

ROOT = Path(__file__).resolve().parents[1]
METHOD = ROOT / "docs" / "method.md"
DOCUMENTS = sorted((ROOT / "docs").glob("*.md"))

FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)


def blocks(text: str) -> list[tuple[str, int]]:
    """The fenced blocks with examples, and the line each begins on."""
    return [
        (found.group(1), text.count("\n", 0, found.start(1)))
        for found in FENCE.finditer(text)
        if ">>>" in found.group(1)
    ]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_example_of_a_document_runs(document: Path) -> None:
    text = document.read_text("utf-8")
    assert ">>>" not in FENCE.sub("", text), "an example stands outside a fenced block, where it would not run"
    parser = doctest.DocTestParser()
    names: dict[str, object] = {}
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.REPORT_NDIFF)
    for source, line in blocks(text):
        # One document is one session: a later block may use what an earlier one made.
        test = parser.get_doctest(source, names, document.name, str(document), line)
        runner.run(test, out=said.append, clear_globs=False)
        names = test.globs
    assert runner.failures == 0, "".join(said)


def test_the_reference_of_methods_has_an_example_for_every_area() -> None:
    shown = "".join(source for source, _ in blocks(METHOD.read_text("utf-8")))
    wanted = (
        *("analyse(", "analyse_many(", "analyse_arrays(", "pa.table(", "summarise_arrays(", "judge(", "explain("),
        *(
            "phases=",
            "freeze=",
            "exclude=",
            "on_calendar(",
            "open_periods=",
            "mdc:shift=",
            "funnel.limits(",
            "cusum(",
            "next_value(",
            "detectability(",
        ),
        *("expected_false_signals(", "discoveries(", "diagnose(", "advise(", "to_json()", "from_json(", "InputError"),
    )
    assert [each for each in wanted if each not in shown] == []


# ------------------------------------------------------------------------------------- nothing that is computed is unn


def section(heading: str) -> str:
    """The text under a heading of docs/method.md, up to the next one of its level or above."""
    lines = METHOD.read_text("utf-8").split("\n")
    starts = [number for number, line in enumerate(lines) if line.lstrip("# ") == heading and line.startswith("#")]
    assert len(starts) == 1, f"{heading!r} stands {len(starts)} times as a heading in {METHOD.name}"
    level = len(lines[starts[0]]) - len(lines[starts[0]].lstrip("#"))
    end = next(
        (
            number
            for number in range(starts[0] + 1, len(lines))
            if re.match(r"#+ ", lines[number]) and len(lines[number]) - len(lines[number].lstrip("#")) <= level
        ),
        len(lines),
    )
    return "\n".join(lines[starts[0] + 1 : end])


def table_under(heading: str) -> dict[str, list[str]]:
    """The first table under a heading: the codes in its first column (`code`), and the other cells of their row."""
    rows: dict[str, list[str]] = {}
    for line in section(heading).split("\n"):
        if not line.startswith("|"):
            if rows:
                break
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if code := re.fullmatch(r"`([^`]+)`", cells[0]):
            assert code.group(1) not in rows, f"{code.group(1)} stands twice under {heading!r}"
            rows[code.group(1)] = cells[1:]
    return rows


def systems() -> set[str]:
    """The systems the conformance kit holds the library against."""
    modules = (
        importlib.import_module(f"{conformance.__name__}.{each.name}")
        for each in pkgutil.iter_modules(conformance.__path__)
        if each.name != "__main__"
    )
    return {module.SYSTEM for module in modules if hasattr(module, "SYSTEM")}


@pytest.mark.parametrize(
    ("heading", "codes"),
    [
        ("Chart types", set(spc.CHARTS)),
        ("What each chart needs", set(spc.CHARTS)),
        ("Rules", {rule.value for rule in spc.RULES}),
        ("Profiles", set(spc.PROFILES)),
        ("Runs methods", set(spc.METHODS)),
        ("Reasons", {reason.value for reason in spc.Reason if reason.value}),
        ("Displays", set(spc.DISPLAYS)),
        ("Funnel: what is compared", set(KINDS)),
        ("Funnel: unadjusted limits", set(METHODS)),
        ("Funnel: over-dispersion", set(FORMS)),
        ("Diagnostics", {code.value for code in Code}),
        ("When the adviser is silent", {reason.value for reason in NoProposal if reason.value}),
        ("What else could explain it", {caution.value for caution in adviser.Caution}),
        ("Engines", set(spc.ENGINES)),
        ("Systems", systems()),
    ],
)
def test_what_the_code_has_and_the_table_of_the_docs_are_the_same(heading: str, codes: set[str]) -> None:
    named = set(table_under(heading))
    assert codes - named == set(), f"not named under {heading!r} in docs/method.md"
    assert named - codes == set(), f"named under {heading!r} in docs/method.md, but not there"


def test_every_check_of_a_chart_against_its_data_is_named() -> None:
    text = section("Diagnostics")
    assert [code for code in CHECKS if f"`diagnostics/{code}.py`" not in text] == []


def test_everything_the_library_exports_is_named() -> None:
    text = METHOD.read_text("utf-8")
    named = set(re.findall(r"[A-Za-z_]+", " ".join(re.findall(r"`([^`\n]+)`", text))))
    assert [name for name in spc.__all__ if name not in named] == []
    assert [name for name in ("advise", "advise_many") if name not in named] == []


def _cell(pattern: object) -> str:
    """The lengths of a pattern as the table of rules writes them."""
    match pattern:
        case Outside(sigmas=sigmas):
            return f"{sigmas:g} sigma"
        case OneSide(length=length) | Monotone(length=length) | Alternating(length=length):
            return f"{length}"
        case Beyond(count=count, of=of, sigmas=sigmas, is_strict=is_strict):
            return f"{count} of {of} beyond {sigmas:g} sigma, {'strict' if is_strict else 'classic'}"
        case Within(length=length, sigmas=sigmas):
            return f"{length} within {sigmas:g} sigma"
        case Without(length=length, sigmas=sigmas):
            return f"{length} beyond {sigmas:g} sigma"
    raise AssertionError(f"{pattern!r} has no words in the table of rules: add them here and there")


def test_the_lengths_of_the_rules_are_those_of_the_profiles() -> None:
    rows = table_under("Rules")
    header = next(line for line in section("Rules").split("\n") if line.startswith("| code"))
    columns = [cell.strip().strip("`") for cell in header.strip("|").split("|")][1:]
    assert set(spc.PROFILES) < set(columns)
    for code, profile in spc.PROFILES.items():
        lengths = {rule.code.value: _cell(rule.pattern) for rule in profile.rules}
        if profile.has_runs:
            lengths |= {spc.Rule.LONG_RUN.value: "by n", spc.Rule.FEW_CROSSINGS.value: "by n"}
        shown = {rule: cells[columns.index(code)] for rule, cells in rows.items()}
        assert {rule: cell for rule, cell in shown.items() if cell != "–"} == lengths, code


_ARGUMENTS = {
    "unknown_{argument}": ("direction", "reading"),
    "{argument}_out_of_range": ("centre", "minimum", "maximum", "target", "multiply"),
}
"""Codes that are put together from the argument they are about."""


def _refusals() -> set[str]:
    """Codes of InputError in what a call of `analyse`, `analyse_many`, `analyse_arrays`, `judge` goes through."""
    folder = ROOT / "indicators" / "spc"
    modules = ("aggregate", "analysis", "calendar", "judgement", "kernel", "phases", "profiles", "rules", "runs")
    found: set[str] = set()
    for path in [*(folder / f"{name}.py" for name in modules), *sorted((folder / "charts").glob("*.py"))]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            place = {"InputError": 0, "_refuse": 2}.get(node.func.id)
            if place is None or len(node.args) <= place:
                continue
            code = node.args[place]
            if isinstance(code, ast.Constant):
                found.add(str(code.value))
            elif isinstance(code, ast.JoinedStr):  # f"unknown_{argument}", f"{argument}_out_of_range"
                form = ast.unparse(code)[2:-1]
                found |= {form.replace("{argument}", each) for each in _ARGUMENTS[form]}
    return found


def test_every_refusal_of_the_charts_is_named() -> None:
    found = _refusals()
    assert {"zero_denominator", "unknown_chart"} < found, "the test looks in the wrong place"
    named = set(re.findall(r"`([^`\n]+)`", section("Refusals")))
    assert sorted(found - named) == []


def test_tests_and_scripts_that_the_docs_name_exist() -> None:
    text = METHOD.read_text("utf-8")
    paths = set(re.findall(r"(?:tests|indicators|scripts)/[\w/]+\.(?:py|csv|R)", text))
    assert len(paths) > 10
    assert sorted(path for path in paths if not (ROOT / path).exists()) == []
    properties = "".join(path.read_text("utf-8") for path in (ROOT / "tests" / "properties").glob("*.py"))
    named = set(re.findall(r"`(test_\w+)`", section("Properties")))
    assert named
    assert sorted(name for name in named if f"def {name}(" not in properties) == []
