"""A report says the same in every form and language, gives its digits again, and tells nothing it may not."""

from __future__ import annotations

import io
import json
import re
import runpy
import zipfile
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pypdf import PdfReader

from dashboards.exports.evaluation import content, rerun
from dashboards.exports.evaluation.analysis import Analysis, Call, Measure, Plan, csv_of, numbers_of, read_frame
from dashboards.exports.evaluation.blocks import Figure, Report, Table, Text
from dashboards.exports.evaluation.content import report_of
from dashboards.exports.evaluation.forms import write_report
from dashboards.presenters.exported import Origin
from dashboards.text import use_language
from indicators.definition import Direction, IndicatorDefinition, Role, Scope, Verification
from indicators.evaluation import ProgrammeEffect, Sensitivity, with_placebo_outcome
from indicators.words import Words

MONTHS = [str(month) for month in pd.period_range("2022-01", periods=36, freq="M")]
DEFINITION = IndicatorDefinition(
    code="FOLLOWUP", version=1, scope=Scope.LOCAL, name=Words("Opfølgning til tiden", "Follow-up in time"), goal=1,
    direction=Direction.UP, role=Role.PROCESS, chart="p", per=100, unit_of_measure=Words("%", "%"), decimals=1,
    has_denominator=True, definition=Words("", ""), numerator=Words("", ""), denominator=Words("", ""),
    verification=Verification.OWN,
)  # fmt: skip
ORIGIN = Origin(datetime(2026, 11, 22, 12, 0), "Europe/Copenhagen", "https://tavle.example", True, 7)


def drawn(*, lone: bool = False, effect: float = 0.8) -> pd.DataFrame:
    """24 units, 36 months; two cohorts of six start in months 16 and 22; with `lone` a unit starts by itself."""
    rng = np.random.default_rng(11)
    rows = []
    for number in range(24):
        start = 16 if number < 6 else 22 if number < 12 else 0
        cohort = {16: "1", 22: "2", 0: ""}[start]
        if lone and number == 12:
            start, cohort = 19, "3"
        level = rng.normal(0, 0.3)
        for month in range(1, 37):
            logit = level + 0.2 * np.sin(month) + (effect if start and month >= start else 0.0)
            size = int(rng.integers(30, 60))
            events = int(rng.binomial(size, 1 / (1 + np.exp(-logit))))
            rows.append((f"E-{number:03}", MONTHS[month - 1], events, size, MONTHS[start - 1] if start else "", cohort))
    return pd.DataFrame(rows, columns=["unit", "period", "numerator", "denominator", "start", "cohort"])


@cache
def ran(content: bytes, call: Call) -> tuple[ProgrammeEffect, Sensitivity]:
    """What comes out of a frame, worked out once for all tests."""
    return call.run(read_frame(content))


def analysed(frame: pd.DataFrame, *, has_counts: bool = True, **more: object) -> Analysis:
    call = Call.of(DEFINITION, draws=49)
    effect, rows = ran(csv_of(frame), call)
    groups = {"1": Words("Hold 1", "Cohort 1"), "2": Words("Hold 2", "Cohort 2"), "3": Words("Hold 3", "Cohort 3")}
    shared = frame[frame["numerator"] >= 20]
    return Analysis(
        DEFINITION, frame, call, effect, rows, ORIGIN, Words("Hold 1–2", "Cohorts 1–2"), has_counts,
        group_names=groups, shared_frame=shared, **more,
    )  # type: ignore[arg-type]  # fmt: skip


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analysed(drawn(), snapshot="a41f9c03b2d1", frozen="2. november 2026")


def measured(code: str, name: Words, frame: pd.DataFrame, *, is_mean: bool = False) -> Measure:
    """Another measure of the same units; a mean has a unit of its own and is computed linearly."""
    definition = replace(DEFINITION, code=code, name=name)
    if is_mean:
        definition = replace(
            definition, chart="line", per=1, unit_of_measure=Words("dage", "days"), has_denominator=False, decimals=2
        )
        frame = frame.assign(denominator=np.nan)
    call = Call.of(definition)
    return Measure(definition, call, call.measure(frame), frame, frame)


@pytest.fixture(scope="module")
def wide(analysis: Analysis) -> Analysis:
    """The same with two more measures and a placebo measure, which does not move: nobody starts before its months."""
    frame = analysis.frame
    still = drawn(effect=0.0)
    others = (
        measured("READM", Words("Genindlæggelser", "Readmissions"), frame.assign(numerator=still["numerator"])),
        measured("STAY", Words("Liggetid", "Length of stay"), still, is_mean=True),
    )
    placebo = measured("LINEN", Words("Linned skiftet", "Linen changed"), still)
    effect, rows = with_placebo_outcome(analysis.effect, analysis.sensitivity, placebo.overall, placebo.definition.name)
    return replace(analysis, effect=effect, sensitivity=rows, others=others, primary="READM", placebo=placebo)


def in_language(code: str, analysis: Analysis) -> Report:
    with use_language(code):
        return report_of(analysis)


def table(report: Report, key: str) -> Table:
    return next(block for block in report.section(key).blocks if isinstance(block, Table))


def plain(text: str) -> str:
    return re.sub(r"\s+", "", text.replace("\u200b", ""))


def words_of(form: str, content: bytes) -> str:
    """Every word a reader of the file meets, without spaces."""
    if form == "pdf":
        return plain("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))
    if form == "html":
        from html import unescape

        return plain(unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", content.decode(), flags=re.S))))
    if form == "docx":
        from docx import Document

        document = Document(io.BytesIO(content))
        said = [paragraph.text for paragraph in document.paragraphs]
        said += [cell.text for one in document.tables for row in one.rows for cell in row.cells]
        return plain(" ".join(said))
    from pptx import Presentation

    said = []
    for slide in Presentation(io.BytesIO(content)).slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                said.append(shape.text_frame.text)
            if shape.has_table:
                said += [cell.text for row in shape.table.rows for cell in row.cells]
    return plain(" ".join(said))


@pytest.mark.parametrize("spoken", ["da", "en"])
@pytest.mark.parametrize("form", ["html", "pdf", "docx", "pptx"])
def test_every_form_opens_and_holds_every_figure_of_every_table(analysis: Analysis, form: str, spoken: str) -> None:
    with use_language(spoken):
        report, content = report_of(analysis), write_report(form, analysis)
    found = words_of(form, content)
    assert plain(report.headline) in found
    assert "DEMO" in found
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                missing = [cell for row in block.rows for cell in row if plain(cell) not in found]
                # A line of a PDF may be cut in the middle of a long fingerprint.
                assert [cell for cell in missing if len(cell) < 60] == [], (form, section.key)


def test_the_report_has_everything_an_evaluator_expects_with_the_naive_rows_last(analysis: Analysis) -> None:
    report = in_language("da", analysis)
    assert [section.key for section in report.sections] == [
        "result", "question", "flow", "design", "effect", "time", "groups", "curves", "checks", "sensitivity",
        "verdict", "funnel", "limitations", "methods", "again", "sources",
    ]  # fmt: skip
    rows = table(report, "sensitivity")
    assert rows.marks[0] == "main"
    assert rows.marks[-2:] == ("invalid", "invalid")
    assert "invalid" not in rows.marks[:-2]
    assert all("ikke gyldig her" in row[1] for row in rows.rows[-2:])
    assert sum(isinstance(block, Figure) for section in report.sections for block in section.blocks) == 5


def test_the_headline_follows_the_verdict_and_speaks_both_languages(analysis: Analysis) -> None:
    verdict = analysis.sensitivity.verdict.code
    da, en = in_language("da", analysis).headline, in_language("en", analysis).headline
    size = f"{100 * analysis.effect.overall['estimate']:.1f}"
    assert f"{size.replace('.', ',')} %-point" in da
    assert f"{size} percentage points" in en
    assert ("skrøbelig" in da) == (verdict == "fragile") == ("fragile" in en)


def test_the_methods_text_comes_from_the_call_that_was_made(analysis: Analysis) -> None:
    said = " ".join(
        block.words for block in in_language("en", analysis).section("methods").blocks if hasattr(block, "words")
    )
    for part in ("6 months before each start", analysis.fingerprint, "20170515", "binomial", "statsmodels", "864"):
        assert part in said
    effect = replace(analysis.effect, settings=replace(analysis.effect.settings, leave_out=1))
    other = replace(analysis, call=replace(analysis.call, leave_out=1, cohort_trends=True), effect=effect)
    said = " ".join(
        block.words for block in in_language("da", other).section("methods").blocks if hasattr(block, "words")
    )
    assert "Den sidste måned før hver start er udeladt" in said
    assert "egen lineære tendens" in said


def test_without_an_answer_the_report_says_why_and_gives_no_figure() -> None:
    frame = drawn()
    frame = frame[frame["start"] == MONTHS[15]]
    alone = analysed(frame)
    report = in_language("da", alone)
    assert "kan ikke regnes ud" in report.headline
    assert "effect" not in [section.key for section in report.sections]
    assert any("sammenligne" in words for words in report.sentences())
    for form in ("html", "pdf", "docx", "pptx"):
        with use_language("da"):
            assert plain(report.headline) in words_of(form, write_report(form, alone))


def test_a_group_of_one_unit_is_withheld_with_the_one_it_could_be_worked_out_from() -> None:
    frame = drawn(lone=True)
    hidden = analysed(frame, has_counts=False)
    assert len(hidden.withheld) == 2
    assert MONTHS[18] in hidden.withheld
    report = in_language("da", hidden)
    assert "Hold 3" not in " ".join(" ".join(row) for row in table(report, "groups").rows)
    assert "Uden Hold 3" not in " ".join(row[0] for row in table(report, "sensitivity").rows)
    assert f"cohort.{MONTHS[18]}." not in rerun.numbers(hidden)
    shown = in_language("da", analysed(frame))
    assert "Hold 3" in " ".join(" ".join(row) for row in table(shown, "groups").rows)


def test_the_exact_frame_leaves_only_with_the_right_to_counts() -> None:
    frame = drawn()
    with (
        use_language("da"),
        zipfile.ZipFile(io.BytesIO(write_report("zip", analysed(frame, has_counts=False)))) as file,
    ):
        assert read_frame(file.read("frame.csv"))["numerator"].min() >= 20
        assert "cifrene bliver andre" in file.read("README.txt").decode()
        assert "digits will differ" in file.read("analysis.py").decode()
    bare = replace(analysed(frame, has_counts=False), shared_frame=None)
    with pytest.raises(ValueError, match="may leave"):
        write_report("zip", bare)


def test_the_script_refuses_another_frame(analysis: Analysis, tmp_path: Path) -> None:
    source = rerun.script(analysis)
    (tmp_path / "frame.csv").write_bytes(analysis.csv.replace(b"2022-01", b"2022-02", 1))
    until = source.index("settings = {")
    cut = compile(source[:until].replace("Path(file)", f"Path({str(tmp_path)!r}, file)"), "script", "exec")
    with pytest.raises(SystemExit, match="not the file of the report"):
        exec(cut, {})


def test_the_notebook_holds_the_cells_of_the_script(analysis: Analysis) -> None:
    with use_language("en"):
        book, source = json.loads(rerun.notebook(analysis)), rerun.script(analysis)
    assert book["nbformat"] == 4
    cells = ["".join(cell["source"]) for cell in book["cells"]]
    assert [cell["cell_type"] for cell in book["cells"]] == ["markdown", *["code"] * 4]
    for cell in cells[1:]:
        compile(cell, "cell", "exec")
        assert cell in source


def test_a_frame_comes_back_from_its_file_to_the_last_bit() -> None:
    frame = drawn().assign(numerator=np.random.default_rng(3).random(864) / 3)
    pd.testing.assert_frame_equal(read_frame(csv_of(frame)), frame, check_dtype=False, check_exact=True)


def test_a_locked_plan_stands_in_the_report(analysis: Analysis) -> None:
    plan = Plan(
        "Følger flere op til tiden?", "Kun sygehuse.", "1. oktober 2026", "9f31ab20cd77", ("Holdt 3 måneder ude.",)
    )
    said = list(in_language("da", replace(analysis, plan=plan)).sentences())
    for words in ("Følger flere op til tiden?", "Holdt 3 måneder ude.", "Kun sygehuse."):
        assert words in said
    assert "Analyseplanen er låst 1. oktober 2026 med koden 9f31ab20cd77." in said
    assert not any("ikke låst" in words for words in said)


def test_a_family_stands_with_its_primary_measure_first_and_every_effect_in_its_own_unit(wide: Analysis) -> None:
    family = wide.family
    assert family is not None
    rows = table(in_language("da", wide), "family")
    assert rows.rows[0][0] == "Genindlæggelser (primær)"
    assert rows.marks == ("main", "", "")
    units = {row[0]: row[1].split(" ", 1)[1] for row in rows.rows}
    assert units == {"Genindlæggelser (primær)": "%-point", "Liggetid": "dage", "Opfølgning til tiden": "%-point"}
    rest = family[family["role"] == "family"]
    smallest = rest["p_value"].min()
    assert rest["holm"].min() == pytest.approx(min(1.0, 2 * smallest))
    assert family.loc[0, "holm"] == family.loc[0, "p_value"]


def test_a_placebo_measure_stands_among_checks_and_rows_and_never_as_a_valid_row(wide: Analysis) -> None:
    report = in_language("en", wide)
    assert any(row[0] == "Placebo outcome" and row[1] == "Passed" for row in table(report, "checks").rows)
    rows = table(report, "sensitivity").rows
    assert any("Linen changed" in row[0] and "should lie around nothing" in row[1] for row in rows)
    assert rows[-2][0].startswith("Naive")
    assert wide.sensitivity.verdict.code == in_bare(wide)
    said = " ".join(report.sentences())
    assert "The placebo outcome is “Linen changed”" in said
    assert "“Readmissions”; its p-value is not adjusted" in said
    assert "deals out the participants' starts again" in said


def in_bare(wide: Analysis) -> str:
    """The verdict without the placebo measure, which did not move."""
    return Call.of(DEFINITION, draws=0).run(wide.frame)[1].verdict.code


def test_the_months_that_each_group_lacks_are_told(analysis: Analysis) -> None:
    said = "Måneder uden tal, fra hver enheds første måned til den sidste i data: "
    full = [block.words for block in in_language("da", analysis).section("flow").blocks if isinstance(block, Text)]
    assert full == [f"{said}Hold 1: 0; Hold 2: 0; Uden for programmet: 0."]
    frame = analysis.frame
    late = (frame["unit"] == "E-007") & (frame["period"] < MONTHS[4])  # begins later: that is nothing missing
    gaps = (frame["unit"].isin(["E-007", "E-020"])) & frame["period"].isin(MONTHS[30:33])
    holey = replace(analysis, frame=frame[~late & ~gaps])
    with use_language("da"):
        (told,) = content._missing(holey)
    assert told == Text(f"{said}Hold 1: 0; Hold 2: 3; Uden for programmet: 3.", "small")


def test_the_units_stand_beside_each_other_by_nobody_s_name_for_those_with_the_right_to_counts(
    analysis: Analysis,
) -> None:
    found = analysis.across
    assert found is not None and found.k == 12
    blocks = in_language("en", analysis).section("groups").blocks
    drawn_figure = [block for block in blocks if isinstance(block, Figure)][1]
    assert drawn_figure.title == "The effect in every unit"
    assert "E-0" not in str(drawn_figure.svg)
    told = [block for block in blocks if isinstance(block, Table)][1]
    new = found.prediction.loc["hts"]
    assert told.rows[1][2] == f"{100 * new['ci_low']:.1f} to {100 * new['ci_high']:.1f}"
    assert "units.tau2 " in rerun.numbers(analysis)
    without = replace(analysis, has_counts=False, shared_frame=analysis.frame)
    assert without.across is None
    assert "units." not in rerun.numbers(without)


def test_the_funnels_show_a_unit_by_pseudonym_and_no_group_of_two(analysis: Analysis) -> None:
    report = in_language("da", analysis)
    blocks = report.section("funnel").blocks
    drawn_figure = next(block for block in blocks if isinstance(block, Figure))
    names = [line.name for line in drawn_figure.charts[0].lines]
    assert names[:3] == ["Hold 1", "Hold 2", "Uden for programmet"]
    assert "bevis for programmet" in " ".join(report.sentences())
    few = drawn(lone=True)
    lone = analysed(few, has_counts=False, plan=None)
    shown = in_language("da", lone).section("funnel").blocks
    figure = next(block for block in shown if isinstance(block, Figure))
    assert "Hold 3" not in [line.name for line in figure.charts[0].lines]
    assert "færre end 3 enheder har ikke deres eget mærke" in figure.note
    assert "små tal er skjult" in figure.note
    sizes = {dot for line in figure.charts[0].lines if line.role in ("estimate", "other") for dot in line.places}
    year = lone.funnels[0]
    seen = lone.shared_frame[lone.shared_frame["period"].between(year.first, year.last)]
    exact = few[few["period"].between(year.first, year.last)]
    assert sizes == set(seen.groupby("unit")["denominator"].sum())
    assert sizes != set(exact.groupby("unit")["denominator"].sum())


def test_the_script_of_a_family_gives_its_digits_from_frames_and_from_frozen_figures(
    wide: Analysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    frozen = replace(
        wide,
        others=(replace(wide.others[0], frame=None, shared_frame=None), wide.others[1]),
        placebo=replace(wide.placebo, frame=None, shared_frame=None),
    )
    for name, one, measures in (("wide", wide, ["LINEN", "READM", "STAY"]), ("frozen", frozen, ["STAY"])):
        folder = tmp_path / name
        with use_language("da"), zipfile.ZipFile(io.BytesIO(write_report("zip", one))) as file:
            file.extractall(folder)
        assert sorted(path.name for path in folder.glob("measure-*")) == [f"measure-{code}.csv" for code in measures]
        monkeypatch.chdir(folder)
        runpy.run_path("analysis.py")  # a journey runs it in a process of its own
        said = capsys.readouterr().out
        assert said == (folder / "numbers.txt").read_text()
        printed = dict(line.split(" ") for line in said.splitlines())
        expected = numbers_of(wide.effect, wide.sensitivity, wide.family, wide.funnels, wide.across)
        assert {name: printed[name] for name in expected} == expected
        for figure in ("measure.READM.holm", "check.placebo_outcome.estimate", "funnel.2022-04.E-003.value"):
            assert figure in printed
    assert "as they were frozen" in (tmp_path / "frozen" / "analysis.py").read_text()


def test_one_unit_is_one_unit_in_both_languages(analysis: Analysis) -> None:
    frame = drawn()
    one = analysed(frame[(frame["start"] == "") | (frame["unit"] == "E-000")])
    for spoken, right, wrong in (("da", "1 analyseret enhed", "1 analyserede"), ("en", "1 unit analysed", "1 units")):
        report = in_language(spoken, one)
        assert right in report.subtitle
        assert not any(wrong in words for words in report.sentences())
