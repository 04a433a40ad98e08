"""Every state a series can be in has its words in both languages: no empty place, nothing of the other language."""

import re
from dataclasses import replace
from datetime import date
from itertools import product

import pandas as pd
import pytest

from dashboards.figures.spc_chart import Flag
from dashboards.text.explanation import explain
from indicators import spc
from indicators.assessment import Assurance, SeriesPhase, Variation, assess
from indicators.definition import Direction, PeriodKind, Target
from indicators.words import Words

UP, DOWN, NEITHER = Direction.UP, Direction.DOWN, Direction.NEITHER
NOISE = [70, 74, 68, 72, 75, 69, 71, 73, 67, 74, 70, 72, 69, 75, 71, 68, 73, 70, 74, 72]
SHIFTED = [*NOISE, 80, 82, 81, 83, 80, 84, 82, 81, 83, 82]
DRIFT = [60, 61, 62, 61, 63, 64, 63, 66, 67, 68, 69, 68, 75, 76, 75, 77, 78, 79, 78, 80, 81, 82, 81, 83]
FEW_CROSSINGS = [64, 66, 65, 74, 63, 66, 64, 65, 67, 64, 74, 76, 75, 77, 74, 66, 76, 75, 77, 76]


def aim(value, comparison=">=", first=date(2023, 1, 1)):
    return (Target(float(value), comparison, first, None, "local_target", Words("", "")),)


def outside(value, at=-1):
    values = [*NOISE]
    values[at] = value
    return values


BREAK = SeriesPhase(date(2024, 7, 1), "Ny opgørelse", is_break=True, reason="Ny opgørelse")
# name: (numerators, options, variation, assurance, Danish title)
STATES = {
    "improvement by a long run": (
        SHIFTED, {}, "improvement", "none", "Forbedring: 10 måneder i træk over niveauet på 75 %",
    ),
    "improvement where lower is better": (
        [150 - v for v in SHIFTED], {"direction": DOWN}, "improvement", "none",
        "Forbedring: 10 måneder i træk under niveauet på 75 %",
    ),
    "concern by a long run": (
        SHIFTED, {"direction": DOWN}, "concern", "none", "Bekymrende: 10 måneder i træk over niveauet på 75 %",
    ),
    "change without direction": (
        SHIFTED, {"direction": NEITHER}, "change", "none", "Ændring: 10 måneder i træk over niveauet på 75 %",
    ),
    "improvement on a run chart": (
        SHIFTED, {"chart": "run"}, "improvement", "none", "Forbedring: 10 måneder i træk over medianen på 74 %",
    ),
    "improvement that meets the target": (
        SHIFTED, {"targets": aim(50)}, "improvement", "pass", "Forbedring: 10 måneder i træk over niveauet på 75 %",
    ),
    "improvement with the target in reach": (
        SHIFTED, {"targets": aim(80)}, "improvement", "mixed", "Forbedring: 10 måneder i træk over niveauet på 75 %",
    ),
    "improvement, target not yet reached": (
        SHIFTED, {"targets": aim(95)}, "improvement", "fail", "Forbedring: 10 måneder i træk over niveauet på 75 %",
    ),
    "improvement on a run chart, target counted": (
        SHIFTED, {"chart": "run", "targets": aim(82)}, "improvement", "mixed",
        "Forbedring: 10 måneder i træk over medianen på 74 %",
    ),
    "improvement on a run chart, target met": (
        SHIFTED, {"chart": "run", "targets": aim(60)}, "improvement", "pass",
        "Forbedring: 10 måneder i træk over medianen på 74 %",
    ),
    "improvement on a run chart, target not met": (
        SHIFTED, {"chart": "run", "targets": aim(90)}, "improvement", "fail",
        "Forbedring: 10 måneder i træk over medianen på 74 %",
    ),
    "concern although the target is met": (
        [150 - v for v in SHIFTED], {"targets": aim(40)}, "concern", "pass",
        "Bekymrende: 10 måneder i træk under niveauet på 75 %",
    ),
    "few crossings, for the better": (
        FEW_CROSSINGS, {"chart": "run"}, "improvement", "none", "Forbedring: niveauet har sandsynligvis flyttet sig op",
    ),
    "few crossings, for the worse": (
        FEW_CROSSINGS, {"chart": "run", "direction": DOWN}, "concern", "none",
        "Bekymrende: niveauet har sandsynligvis flyttet sig op",
    ),
    "few crossings without direction": (
        FEW_CROSSINGS, {"chart": "run", "direction": NEITHER}, "change", "none",
        "Ændring: niveauet har sandsynligvis flyttet sig op",
    ),
    "few crossings, target not yet reached": (
        FEW_CROSSINGS, {"chart": "run", "targets": aim(90)}, "improvement", "fail",
        "Forbedring: niveauet har sandsynligvis flyttet sig op",
    ),
    "one point above the limit": (
        outside(92), {}, "improvement", "none", "Forbedring: aug. 2025 ligger over den øvre grænse",
    ),
    "one point below the limit": (
        outside(48), {}, "concern", "none", "Bekymrende: aug. 2025 ligger under den nedre grænse",
    ),
    "one point outside without direction": (
        outside(48), {"direction": NEITHER}, "change", "none", "Ændring: aug. 2025 ligger under den nedre grænse",
    ),
    "several points outside": (
        [*outside(45), 70, 71, 46], {}, "concern", "none", "Bekymrende: 2 måneder ligger under den nedre grænse",
    ),
    "points outside on both sides": (
        [v + (25 if i % 4 == 0 else -25 if i % 4 == 2 else 0) for i, v in enumerate(NOISE)], {}, "concern", "none",
        "Bekymrende: 5 måneder ligger under den nedre grænse",
    ),
    "common cause, target met": (
        NOISE, {"targets": aim(50)}, "common", "pass", "Stabilt: måltallet nås måned efter måned",
    ),
    "common cause, target met as counted": (
        NOISE, {"chart": "run", "targets": aim(60)}, "common", "pass",
        "Tilfældig variation: måltallet er nået i alle de seneste 12 måneder",
    ),
    "common cause, hit and miss": (
        NOISE, {"targets": aim(72)}, "common", "mixed",
        "Tilfældig variation: måltallet nås i nogle måneder, ikke i andre",
    ),
    "common cause, hit and miss as counted": (
        NOISE, {"chart": "run", "targets": aim(72)}, "common", "mixed",
        "Tilfældig variation: måltallet er nået i 6 af de seneste 12 måneder",
    ),
    "common cause, target not met": (
        NOISE, {"targets": aim(95)}, "common", "fail", "Stabilt, men måltallet nås ikke",
    ),
    "common cause, target not met as counted": (
        NOISE, {"chart": "run", "targets": aim(95)}, "common", "fail",
        "Tilfældig variation: måltallet er ikke nået i de seneste 12 måneder",
    ),
    "common cause, lower is better": (
        NOISE, {"direction": DOWN, "targets": aim(60, "<=")}, "common", "mixed",
        "Tilfældig variation: måltallet ligger inden for udsvingene",
    ),
    "common cause without target": (
        NOISE, {}, "common", "none", "Tilfældig variation omkring niveauet på 71 %",
    ),
    "common cause without direction": (
        NOISE, {"direction": NEITHER, "targets": aim(80)}, "common", "none",
        "Tilfældig variation omkring niveauet på 71 %",
    ),
    "too few": (NOISE[:7], {}, "few", "none", "For få data: 7 af 10 måneder"),
    "one value": ([70], {}, "few", "none", "For få data: 1 af 10 måneder"),
    "too few off the line": (
        [70] * 6 + [71, 69, 71, 69, 70, 70, 71], {"chart": "run"}, "few", "none", "For få data: 5 af 10 måneder",
    ),
    "too few in a new phase": (
        NOISE, {"phases": [SeriesPhase(date(2025, 5, 1), "Ny")]}, "few", "none", "For få data: 4 af 10 måneder",
    ),
    "data break in view": (
        [90, 92, 91, 93, 90, 92, *NOISE], {"phases": [BREAK], "targets": aim(50)}, "common", "pass",
        "Stabilt: måltallet nås måned efter måned",
    ),
    "constant at 100": (
        [100] * 20, {"targets": aim(100)}, "common", "pass", "Ingen variation: alle måneder ligger på 100,0 %",
    ),
    "constant below the target": (
        [90] * 20, {"targets": aim(95)}, "common", "fail", "Ingen variation: alle måneder ligger på 90,0 %",
    ),
    "missing months": (
        [*NOISE[:6], None, None, *NOISE[8:]], {}, "common", "none", "Tilfældig variation omkring niveauet på 71 %",
    ),
    "many missing months": (
        [*NOISE[:3], None, None, None, None, None, *NOISE[8:]], {}, "common", "none",
        "Tilfældig variation omkring niveauet på 71 %",
    ),
    "open months": (
        [*NOISE, 10, 99], {"open_periods": 2}, "common", "none", "Tilfældig variation omkring niveauet på 71 %",
    ),
    "a month left out": (
        outside(20), {"exclusions": [date(2025, 8, 1)]},
        "common", "none", "Tilfældig variation omkring niveauet på 71 %",
    ),
    "signals both ways": (
        [*[v + 12 for v in NOISE], *NOISE], {},
        "concern", "none", "Bekymrende: 20 måneder i træk under niveauet på 77 %",
    ),
    "no data": ([None] * 12, {}, "missing", "none", "Ingen data endnu"),
    "quarters": (
        SHIFTED, {"period": PeriodKind.QUARTER}, "improvement", "none",
        "Forbedring: 10 kvartaler i træk over niveauet på 75 %",
    ),
    "weeks": (NOISE[:4], {"period": PeriodKind.WEEK}, "few", "none", "For få data: 4 af 10 uger"),
    "years": (NOISE[:4], {"period": PeriodKind.YEAR}, "few", "none", "For få data: 4 af 10 år"),
}  # fmt: skip
NOTES = (Flag(date(2025, 8, 12), "A", "Ny instruks"),)
DANISH = re.compile(r"[æøåÆØÅ]|\b(og|ikke|måned|niveau|mål|eller|der|til|fra|med|uden|næste|overvej)\b", re.IGNORECASE)
ENGLISH = re.compile(r"\b(the|and|not|month|level|target|with|of|is|are|lies)\b", re.IGNORECASE)


def plain(text):
    return text.replace("\u202f", " ")


def sentences(said):
    reasons = [part for row in said.why for part in (row.label, row.value)]
    return [said.title, *said.see, *said.means, *said.do, said.alt, *reasons]


@pytest.mark.parametrize("name", STATES)
def test_every_state_is_what_it_is_called_and_has_its_title(series_of, name):
    values, options, variation, assurance, title = STATES[name]
    assessment = series_of(values, **options)
    assert (assessment.variation, assessment.assurance) == (Variation(variation), Assurance(assurance))
    assert plain(explain(assessment, unit_name="Kirurgisk Afdeling").title) == title


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("notes", [(), NOTES])
@pytest.mark.parametrize("language", ["da", "en"])
def test_every_state_has_all_its_words_in_the_language_asked_for(series_of, name, notes, language):
    values, options, *_expected = STATES[name]
    assessment = series_of(values, **options)
    said = explain(assessment, unit_name="NOH", annotations=notes, language=language)
    assert said.title and said.see and said.means and said.do
    assert bool(said.why) == (assessment.variation is not Variation.MISSING)
    other = DANISH if language == "en" else ENGLISH
    for text in sentences(said):
        text = text.replace("Ny opgørelse", "X").replace("Til tiden", "X")
        assert text.strip()
        assert not re.search(r"[{}]|None|nan|  ", text), text
        assert not other.search(text), text
    for paragraph in (*said.see, *said.means, *said.do):
        assert paragraph[0].isupper() or paragraph[0].isdigit(), paragraph
        assert paragraph.endswith((".", "?")), paragraph
        assert ".." not in paragraph


def test_the_states_cover_every_variation_rule_and_assurance(series_of):
    seen = [series_of(values, **options) for values, options, *_expected in STATES.values()]
    assert {one.variation for one in seen} == set(Variation)
    assert {one.rule for one in seen} == {None, "long_run", "few_crossings", "outside_limits"}
    common = {(one.assurance, one.assurance_is_counted) for one in seen if one.variation is Variation.COMMON}
    assert {(a, c) for a in (Assurance.PASS, Assurance.MIXED, Assurance.FAIL) for c in (True, False)} <= common


def test_a_long_run_is_told_with_its_months_its_side_and_its_level(series_of):
    said = explain(series_of(SHIFTED, targets=aim(80)), unit_name="NOH")
    assert plain(said.see[0]) == (
        "De seneste 10 lukkede måneder (sep. 2025–jun. 2026) ligger alle over niveauet på 74,8 %."
    )
    assert plain(said.means[0]).endswith(
        "Måltallet (mindst 80 %) ligger inden for udsvingene i fasen: I nåede det i 10 af de seneste 12 måneder."
    )
    assert plain(said.see[1]) == "Juni 2026: 82,0 % (82 af 100)."


def test_a_note_near_the_start_of_a_signal_is_named_by_its_letter(series_of):
    assessment = series_of(SHIFTED)
    assert (
        "om note A forklarer skiftet omkring sep. 2025" in explain(assessment, unit_name="NOH", annotations=NOTES).do[0]
    )
    far = (Flag(date(2024, 2, 1), "A", "Ny instruks"),)
    assert "virkede omkring sep. 2025" in explain(assessment, unit_name="NOH", annotations=far).do[0]


def test_the_reasons_hold_the_exact_arithmetic_and_mark_what_was_hit(series_of):
    assessment = series_of(SHIFTED)
    rows = {row.label: row for row in explain(assessment, unit_name="NOH").why}
    assert rows["Længste serie"].value == f"{assessment.longest_run} (signal over {assessment.longest_run_max})"
    assert rows["Længste serie"].is_hit
    assert rows["Kryds af niveauet"].value == f"{assessment.n_crossings} (signal under {assessment.n_crossings_min})"
    assert rows["Punkter uden for 3-sigma-grænserne i fasen"].value == "0 af 30"
    assert not rows["Punkter uden for 3-sigma-grænserne i fasen"].is_hit
    assert rows["Brugbare datapunkter i fasen"].value == "30 (mindst 10)"
    assert rows["Regel"].value == "Mange i træk på samme side (lang serie)"


def test_limits_that_are_too_narrow_are_told_apart_from_events(series_of):
    values, options, *_expected = STATES["points outside on both sides"]
    said = explain(series_of(values, **options), unit_name="NOH")
    assert "overspredning" in said.means[0]
    assert said.do[0].startswith("Læs ikke de enkelte punkter som signaler.")
    assert said.do[0].endswith("få målingen vist i et P′-diagram.")
    few = explain(series_of(outside(48)), unit_name="NOH")
    assert "overspredning" not in few.means[0]


def test_a_run_chart_has_no_row_on_limits(series_of):
    labels = [row.label for row in explain(series_of(NOISE, chart="run"), unit_name="NOH").why]
    assert "Kryds af medianen" in labels
    assert not any("sigma" in label for label in labels)


def test_open_missing_and_left_out_months_are_said(series_of):
    open_months = explain(series_of([*NOISE, 10, 99], open_periods=2), unit_name="NOH")
    assert "sep. 2025 og okt. 2025 er åbne: tallene kan stadig ændre sig og giver ingen signaler." in open_months.see[
        1
    ].replace("Sep.", "sep.")
    missing = explain(series_of([*NOISE[:6], None, *NOISE[7:]]), unit_name="NOH")
    assert "Der mangler tal for jul. 2024." in missing.see[1]
    assert missing.do[0].endswith("Skaf de manglende tal, hvis de findes.")
    left_out = explain(series_of(outside(20), exclusions=[date(2025, 8, 1)]), unit_name="NOH")
    assert "Aug. 2025 er tegnet, men udeladt af beregningen." in left_out.see[1]


def test_a_data_break_warns_against_comparing_across_it(series_of):
    values, options, *_expected = STATES["data break in view"]
    said = explain(series_of(values, **options), unit_name="NOH")
    assert said.means[1] == "Databrud jul. 2024. Niveauer før og efter kan ikke sammenlignes."
    assert said.do[0].endswith("Sammenlign kun inden for samme fase.")


def test_a_target_is_said_with_its_direction(series_of):
    low = explain(series_of(NOISE, direction=DOWN, targets=aim(60, "<=")), unit_name="NOH")
    assert "højst 60" in low.means[0]


def test_other_signals_are_told_after_the_one_that_leads(series_of):
    values, options, *_expected = STATES["signals both ways"]
    said = explain(series_of(values, **options), unit_name="NOH")
    assert said.see[2] == "Andre signaler i målingen: jan. 2024–aug. 2025 over niveauet."


def test_an_empty_series_has_no_reasons_and_says_who_should_act(series_of):
    said = explain(series_of([None] * 6), unit_name="Kirurgisk Afdeling", language="en")
    assert said.see == ("No figures have been handed in for On time in Kirurgisk Afdeling.",)
    assert said.why == ()


# ------------------------------------------------------------------------------------------- other profiles and charts

RISING = [*NOISE[:14], 66, 68, 70, 72, 74, 76, 78]
SHAPES = {
    "noise": NOISE,
    "shift": SHIFTED,
    "outside": outside(92),
    "rising": RISING,
    "up and down": [70, 74] * 8,
    "too even": [60, 85, 62, 84, 61, *[70, 71, 70, 72, 71, 70, 71, 72, 70, 71, 70, 71, 72, 71, 70, 71]],
    "two levels": [*[70, 71] * 10, 69, 69, 72, 72, 69, 69, 72, 72],
    "few": NOISE[:6],
    "constant": [70] * 12,
}
PROFILES = (*spc.PROFILES, "mdc:shift=9")


def with_chart(series_of, values, chart, profile="anhoej", direction=UP, targets=()):
    """The series as another chart; only charts that need a denominator get one."""
    needs = spc.CHARTS[chart].needs_denominator
    definition = replace(
        series_of([1], direction=direction).definition,
        chart=chart, profile=profile, has_denominator=needs, per=100 if needs else 1,
        unit_of_measure=Words("%", "%") if needs else Words("x", "x"),
    )  # fmt: skip
    rows = pd.DataFrame(
        {
            "period_start": pd.date_range("2024-01-01", periods=len(values), freq="MS").date,
            "numerator": values,
            "denominator": 4 if spc.CHARTS[chart].needs_several else 100,
            "value": None if needs else values,
            "sd": [(2.0, 3.0)[row % 2] for row in range(len(values))],
        }
    )
    return assess(definition, rows, targets=targets)


def check_page(said, language):
    other = DANISH if language == "en" else ENGLISH
    assert said.title and said.see and said.means and said.do and said.why and said.alt
    for text in sentences(said):
        assert not re.search(r"[{}]|\bNone\b|\bnan\b|  |\(er\)|\(s\)", text), text
        plain_text = re.sub(r"Til tiden|Making Data Count|Western Electric \d", "X", text)
        assert not other.search(plain_text), text
    for paragraph in (*said.see, *said.means, *said.do, said.alt):
        assert paragraph[0].isupper() or paragraph[0].isdigit(), paragraph
        assert paragraph.endswith((".", "?")) and ".." not in paragraph, paragraph


# The shapes are levels; an s chart shows the spread, and its words are those of every other chart.
@pytest.mark.parametrize("chart", [code for code in spc.CHARTS if code != "s"])
def test_every_chart_and_profile_has_a_full_page_of_words(series_of, chart):
    for number, (profile, name) in enumerate(product(PROFILES[: 5 if chart == "i" else 4], SHAPES)):
        direction = (UP, DOWN, NEITHER)[number % 3]
        targets = ((), aim(72), aim(95), aim(50))[number % 4]
        assessment = with_chart(series_of, SHAPES[name], chart, profile, direction, targets)
        language = ("da", "en")[number // 2 % 2]
        check_page(explain(assessment, unit_name="NOH", language=language), language)


@pytest.mark.parametrize(
    ("name", "profile", "title", "rule"),
    [
        ("rising", "mdc", "Forbedring: 7 måneder i træk med stigende tal", "Tendens (syv i samme retning)"),
        ("shift", "mdc:shift=9", "Forbedring: 10 måneder i træk over niveauet på 75 %", "Skift"),
        ("up and down", "nelson", "Ændring: 16 måneder i træk går op og ned på skift", "Op og ned (Nelson 4)"),
        ("too even", "nelson", "Ændring: 16 måneder i træk usædvanligt tæt på niveauet",
         "For lidt variation (Nelson 7)"),
        ("outside", "nelson", "Forbedring: aug. 2025 ligger over den øvre grænse", "Uden for grænserne (Nelson 1)"),
    ],
)  # fmt: skip
def test_rules_of_other_profiles_are_told_by_name(series_of, name, profile, title, rule):
    said = explain(with_chart(series_of, SHAPES[name], "p" if name == "shift" else "i", profile), unit_name="NOH")
    assert plain(said.title) == title
    assert said.why[0].value == rule


def test_the_reasons_of_other_profiles_are_what_their_rules_counted(series_of):
    rows = {row.label: row for row in explain(with_chart(series_of, RISING, "i", "nelson"), unit_name="NOH").why}
    assert rows["Tendens"].value == "7 punkter i træk i samme retning; 6 er et signal"
    assert rows["Tendens"].is_hit
    assert "Længste serie" not in rows, "Nelson asks for no longest run"
    assert "Risiko for falsk alarm i det seneste punkt, hvis intet var ændret" in rows


def test_the_page_says_since_when_the_current_phase_holds(series_of):
    said = explain(series_of(NOISE, phases=[SeriesPhase(date(2024, 9, 1), "Ny")]), unit_name="NOH")
    assert said.see[1].endswith("Den nuværende fase begyndte i sep. 2024 (fase 2 af 2).")


def test_the_alt_text_names_the_chart_and_the_series(series_of):
    said = explain(series_of(NOISE), unit_name="NOH", language="en")
    assert said.alt.startswith(
        "P chart of On time in NOH, Jan 2024–Aug 2025. Random variation around the level of 71%."
    )
