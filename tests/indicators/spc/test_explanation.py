"""Every state a chart can be in has its words in both languages: no empty place, nothing of the other language."""

import re
from dataclasses import FrozenInstanceError
from functools import cache
from itertools import product
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from indicators import spc
from indicators.definition import Direction
from indicators.spc import Assurance, Reason, Rule, Variation
from indicators.spc.explanation import formats_of, rule_name
from indicators.spc.explanation.templates import RULE_TEXTS
from indicators.words import Words

NAN = float("nan")
PUBLISHED = tuple(spc.PROFILES)
PROFILES = (*PUBLISHED, "mdc:shift=9,trend=5", "mdc:two_of_three=classic")
NOISE = [30, 34, 28, 32, 35, 29, 31, 33, 27, 34, 30, 32, 29, 35, 31, 28, 33, 30, 34, 32]
# Each ends with what it is called, because most profiles judge the last point alone.
SHAPES = {
    "noise": NOISE,
    "a run above": [*NOISE, *(value + 12 for value in NOISE[:10])],
    "a run below": [*NOISE, *(value - 12 for value in NOISE[:10])],
    "few crossings": [20, 22, 21, 30, 19, 22, 20, 21, 23, 20, 30, 32, 31, 33, 30, 22, 32, 31, 33, 32],
    "high": [*NOISE, 55],
    "low": [*NOISE, 8],
    "several high": [*NOISE[:10], 58, *NOISE[10:], 60, 61],
    "rising": [*NOISE[:14], 27, 28, 29, 30, 31, 32, 33],
    "falling": [*NOISE[:14], 33, 32, 31, 30, 29, 28, 27],
    "two of three": [*NOISE, 40, 31, 41],
    "two of three low": [*NOISE, 22, 31, 23],
    "four of five": [*NOISE, 36, 35, 31, 36, 36],
    "up and down": [30, 34] * 8,
    "too even": [20, 45, 22, 44, 21, *[30, 31, 30, 32, 31, 30, 31, 32, 30, 31, 30, 31, 32, 31, 30, 31]],
    "two levels": [*[30, 31] * 10, 29, 29, 32, 32, 29, 29, 32, 32],
    "both sides": [*(value + 9 for value in NOISE), *NOISE],
    "an old signal": [*NOISE[:8], 58, *NOISE[8:]],
    "gaps": [*NOISE[:5], NAN, NAN, *NOISE[7:12], NAN, *NOISE[13:], NAN],
    "few": NOISE[:7],
    "one": [30],
    "on the line": [30] * 7 + [31, 29, 30, 30, 30],
    "constant": [30] * 12,
    "all zero": [0] * 12,
    "nothing": [NAN] * 6,
    "no neighbours": [value for each in NOISE[:12] for value in (each, NAN)],
}  # fmt: skip
MONTHS = pd.date_range("2023-01-01", periods=48, freq="MS")
EVERY = ("run", "i", "p")
SOME = ("noise", "a run above", "a run below", "high", "two levels", "gaps", "few", "constant", "all zero", "nothing")


def frame_of(chart, values, axis=MONTHS):
    """The values as rows that fit the chart: counts of 100, three measurements a month, times above 0."""
    record = spc.CHARTS[chart]
    y = np.array(values, dtype=float)
    x = np.array(axis[: len(y)])
    if record.is_positive:
        y = np.where(y == 0, 1.0, y)
    if record.needs_several:
        return pd.DataFrame({"x": np.repeat(x, 3), "y": (y[:, None] + [-1.0, 0.0, 2.0]).ravel()})
    return pd.DataFrame({"x": x, "y": y, "n": np.full(len(y), 100.0)})


def result_of(chart, values, profile="anhoej", axis=MONTHS, **options):
    frame = frame_of(chart, values, axis)
    needs = spc.CHARTS[chart].needs_denominator
    options.setdefault("multiply", 100 if needs else 1)
    return spc.analyse(frame, chart, x="x", y="y", n="n" if needs else None, profile=profile, **options)


@cache
def shape(chart, profile, name):
    return result_of(chart, SHAPES[name], profile)


DANISH = re.compile(
    r"[æøåÆØÅ]|\b(og|ikke|måned|niveau|mål|eller|der|til|fra|med|uden|næste|overvej|punkt|punkter|signaler|grænse|serie"
    r"|regel|af|ligger|krydses)\b",
    re.IGNORECASE,
)
ENGLISH = re.compile(
    r"\b(the|and|not|month|months|level|target|with|of|is|are|lies|point|points|rule|limit|limits|run|below|above|chart)\b",
    re.IGNORECASE,
)
NAMES = re.compile(r"Making Data Count|Western Electric|Anhøj|Nelson's|Nelson\w*|[A-Z][a-z]*\u2032?[- ]chart")


def check(said, language):
    paragraphs = [*said.observation, *said.meaning, *said.rule, *said.certainty, *said.action, said.alt]
    assert all((said.finding, said.observation, said.meaning, said.rule, said.certainty, said.action))
    for text in (said.finding, *paragraphs):
        assert not re.search(r"[{}<>]|\bNone\b|\bnan\b|NaN|NaT|  |\.\.| [.,;:]|\(er\)|\(s\)|inf\b", text), text
        assert text[0].isupper() or text[0].isdigit(), text
        plain = NAMES.sub("X", text) if language == "en" else re.sub(r"Making Data Count|Western Electric", "X", text)
        assert not (DANISH if language == "en" else ENGLISH).search(plain), text
        assert len(text) < 520, text
    assert not said.finding.endswith(".") and len(said.finding) < 110
    for text in paragraphs:
        assert text.endswith((".", "?")), text


# The false-alarm rate of a profile with other lengths is simulated on demand, a tenth of a second for every length.
CHOSEN = [*product(spc.CHARTS, PUBLISHED), *product(("i",), PROFILES[len(PUBLISHED) :])]


@pytest.mark.parametrize(("chart", "profile"), CHOSEN)
def test_every_chart_profile_and_shape_has_its_words(chart, profile):
    """Directions, targets and languages go round, so that each meets each shape somewhere."""
    names = list(SHAPES) if chart in EVERY and profile in PUBLISHED else SOME
    turns = list(product(Direction, (None, 5.0, 31.0, 60.0), ("da", "en")))
    start = 7 * list(spc.CHARTS).index(chart) + 5 * PROFILES.index(profile)
    for number, name in enumerate(names):
        direction, target, language = turns[(start + 11 * number) % len(turns)]
        result = shape(chart, profile, name)
        check(spc.explain(result, direction, target=target, language=language, name="X"), language)


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("direction", Direction)
def test_every_shape_is_told_in_every_direction_and_language(direction, language):
    for (name, profile), target in product(product(SHAPES, ("anhoej", "nelson")), (None, 31.0)):
        said = spc.explain(shape("i", profile, name), direction, target=target, language=language)
        check(said, language)


def test_the_walk_meets_every_rule_variation_assurance_and_reason():
    rules, variations, assurances, reasons = set(), set(), set(), set()
    for chart, profile, name in product(EVERY, PROFILES, SHAPES):
        result = shape(chart, profile, name)
        reasons |= {Reason(code) for code in result.phases.reason_code}
        for direction, target in product(Direction, (None, 5.0, 31.0, 60.0)) if name == "noise" else [("up", 31.0)]:
            judged = spc.judge(result, direction, target=target)
            variations.add(judged.variation)
            assurances.add((judged.assurance, judged.assurance_is_counted))
            rules |= {judged.lead.rule} if judged.lead else set()
    for direction in Direction:
        variations.add(spc.judge(shape("i", "anhoej", "high"), direction).variation)
    assert rules == set(Rule) == set(RULE_TEXTS)
    assert variations == set(Variation)
    assert assurances >= set(product((Assurance.PASS, Assurance.MIXED, Assurance.FAIL), (True, False)))
    # The other reasons have tests of their own; EXCLUDED and OPEN are said of points.
    assert reasons == set(Reason) - {
        Reason.NO_ORDER,
        Reason.ONE_MEASUREMENT,
        Reason.NO_SPREAD,
        Reason.EXCLUDED,
        Reason.OPEN,
    }


# --------------------------------------------------------------------------------------------------- golden sentences


def plain(text):
    return text.replace("\u00a0", " ")


def text_of(result, direction, language="da", **options):
    return plain(spc.explain(result, direction, language=language, **options).text)


def test_a_long_run_in_danish():
    result = shape("p", "anhoej", "a run above")
    assert text_of(result, "up", target=33).splitlines() == [
        "Forbedring: 10 måneder i træk over midterlinjen på 35 %.",
        "De seneste 10 måneder (sep. 2024–jun. 2025) ligger alle over midterlinjen på 35 %. Juni 2025: 46 %. Andre "
        "signaler i målingen: jan. 2023–aug. 2024 under midterlinjen.",
        "Så lang en række på den gode side er næppe tilfældig. Noget har sandsynligvis ændret sig til det bedre. "
        "Måltallet (mindst 33 %) ligger inden for udsvingene i fasen: I nåede det i 11 af de seneste 12 måneder.",
        "Regel: lang serie. Flere punkter i træk på samme side af midterlinjen, end tilfældigheder giver. Her: 10 "
        "punkter i træk på samme side; ved 30 brugbare punkter er højst 8 almindeligt. Regel: få kryds. Midterlinjen "
        "krydses færre gange, end tilfældigheder giver. Her: 1 kryds af midterlinjen; ved 30 brugbare punkter er "
        "mindst 10 almindeligt. Længste serie er 20 (signal over 8), og midterlinjen krydses én gang (signal under "
        "10); 30 punkter ligger ikke på linjen og tæller med.",
        "Ca. 10 af 100 stabile diagrammer af denne længde viser et signal ved ren tilfældighed (Anhøj og 3 sigma).",
        "Find ud af, hvad der virkede omkring sep. 2024, skriv det som note, og del det. Overvej en ny fase fra sep. "
        "2024, når årsagen er forstået. Skyldes det en ændring, I selv har lavet, så gør den til fast arbejdsgang, og "
        "bliv ved med at måle.",
    ]


def test_a_point_outside_the_limits_in_english():
    result = shape("i", "western_electric", "high")
    said = spc.explain(result, "down", language="en", unit_of_measure="days")
    assert said.finding == "Concerning: Sep 2024 lies above the upper limit"
    assert said.observation[0] == (
        "September 2024 is at 55 days and lies above the upper limit of 42. The other months of the phase lie within "
        "the limits."
    ).replace("55 days", "55").replace("of 42.", f"of {result.points.upper.iat[-1]:.0f}.")
    assert said.rule[0] == (
        "Rule: outside the limits (Western Electric 1). A point lies outside the control limits, three sigma from the "
        "centre line. Here: 1 point more than 3 sigma from the centre line."
    )
    assert said.certainty == (
        "About 2 of 100 stable charts of this length show a signal at the latest point by pure chance (Western "
        "Electric).",
    )
    assert said.action[1].startswith("If it is due to a change of your own, take it back")


@pytest.mark.parametrize(
    ("name", "profile", "finding"),
    [
        ("rising", "mdc", "Forbedring: 7 måneder i træk med stigende tal"),
        ("falling", "nelson", "Bekymrende: 8 måneder i træk med faldende tal"),
        ("up and down", "nelson", "Ændring: 16 måneder i træk går op og ned på skift"),
        ("too even", "nelson", "Ændring: 16 måneder i træk usædvanligt tæt på midterlinjen"),
        ("two levels", "nelson", "Ændring: 8 måneder i træk ser ud til at ligge på to niveauer"),
        ("a run below", "western_electric", "Bekymrende: 10 måneder tydeligt under midterlinjen på 27"),
        ("a run above", "mdc", "Forbedring: 2 måneder langt over midterlinjen på 35"),
        ("few crossings", "anhoej", "Forbedring: niveauet har sandsynligvis flyttet sig op"),
        ("several high", "anhoej", "Forbedring: 3 måneder ligger over den øvre grænse"),
        ("an old signal", "mdc", "Intet signal nu, men tidligere i fasen"),
        ("few", "mdc", "For få data: 7 af 10 måneder"),
        ("on the line", "anhoej", "For få data: 2 af 10 måneder"),
        ("all zero", "nelson", "Ingen variation: alle måneder ligger på 0"),
        ("nothing", "anhoej", "Ingen data endnu"),
    ],
)
def test_findings(name, profile, finding):
    assert spc.explain(shape("i", profile, name), "up").finding == finding


def test_signals_on_both_sides_are_both_told_and_the_most_recent_leads():
    for profile in ("anhoej", "mdc", "nelson", "western_electric"):
        said = spc.explain(shape("i", profile, "both sides"), "up")
        assert said.finding.startswith("Bekymrende: 20 måneder i træk under midterlinjen")
        assert "jan. 2023–aug. 2024 over midterlinjen" in said.observation[2]


def test_the_latest_point_alone_is_not_the_whole_story():
    said = spc.explain(shape("i", "mdc", "an old signal"), "up")
    assert "Her vurderes kun det seneste punkt." in said.observation[0]
    assert said.observation[-1] == "Andre signaler i målingen: sep. 2023 over den øvre grænse."
    assert "De tidligere signaler bør have en forklaring." in said.meaning[0]
    assert spc.explain(shape("i", "mdc", "an old signal"), "up", reading="phase").finding.startswith("Forbedring")


def test_assurance_is_predicted_from_limits_and_counted_without():
    by_limits = spc.explain(shape("i", "anhoej", "noise"), "up", target=5)
    assert by_limits.finding == "Stabilt: måltallet nås måned efter måned"
    counted = spc.explain(shape("run", "anhoej", "noise"), "up", target=31)
    assert counted.finding == "Tilfældig variation: måltallet er nået i 7 af de seneste 12 måneder"
    assert "(mindst 31)" in counted.meaning[0] and "talt op, ikke forudsagt" in counted.meaning[0]
    assert spc.explain(shape("i", "anhoej", "noise"), "down", target=5).finding == "Stabilt, men måltallet nås ikke"
    assert "måltal" not in spc.explain(shape("i", "anhoej", "noise"), "neither", target=5).text


def test_a_target_column_holds_for_its_own_time():
    result = result_of("i", NOISE, target=60)
    assert spc.explain(result, "up").finding == "Stabilt, men måltallet nås ikke"


def test_phases_freeze_and_exclusions_are_said():
    values = [*NOISE, *(value + 12 for value in NOISE), 90]
    result = result_of("i", values, phases=[21], freeze=[32], exclude=[41])
    said = spc.explain(result, "up")
    assert "Den nuværende fase begyndte i sep. 2024 (fase 2 af 2)." in said.observation[1]
    assert "Midterlinjen og grænserne er beregnet af udgangspunktet (sep. 2024–aug. 2025)" in said.observation[1]
    assert "Maj 2026 er tegnet, men udeladt af beregningen." in said.observation[1]
    assert "især når udgangspunktet er kort." in said.certainty[0]
    assert said.certainty[1].startswith("1 måned er udeladt.")
    for language in ("da", "en"):
        check(spc.explain(result, "down", language=language), language)


def test_an_empty_phase_is_not_an_empty_series():
    result = result_of("i", [*NOISE, NAN, NAN], phases=[21])
    for language in ("da", "en"):
        check(spc.explain(result, "up", language=language), language)
    said = spc.explain(result, "up")
    assert said.finding == "Ingen data i den nuværende fase"
    assert said.observation == ("Der er endnu ingen tal i den nuværende fase, som begyndte i september 2024.",)


def test_open_periods_are_named_and_closed_ones_called_closed():
    result = result_of("i", [*SHAPES["a run above"], 5], exclude=[31])
    said = spc.explain(result, "up", open_rows=[30])
    assert said.observation[0].startswith("De seneste 10 lukkede måneder")
    assert "Jul. 2025 er åben: tallet kan stadig ændre sig og giver intet signal." in said.observation[1]
    assert "udeladt" not in said.text
    # The result knows them itself, and an open period without a value is not missing yet.
    known = spc.explain(result_of("i", [*SHAPES["a run above"], 5, NAN], open_periods=2), "up")
    assert known.observation[0] == said.observation[0]
    assert "Jul. 2025 er åben" in known.observation[1] and "mangler" not in known.text


def test_missing_periods_are_named_and_asked_for_but_a_first_moving_range_is_not():
    said = spc.explain(shape("i", "anhoej", "gaps"), "up")
    assert "Der mangler tal for 4 måneder, senest sep. 2024." in said.observation[1]
    assert said.action[0].endswith("Skaf de manglende tal, hvis de findes.")
    assert "mangler" not in spc.explain(shape("mr", "anhoej", "noise"), "down").text


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("profile", PUBLISHED)
def test_categories_have_no_order_and_no_false_alarm_rate(profile, language):
    units = [f"X{number}" for number in range(12)]
    for chart, shown in product(("run", "p", "u", "c"), (SHAPES["noise"][:12], [*SHAPES["noise"][:11], 80])):
        said = spc.explain(result_of(chart, shown, profile, units), "up", language=language)
        check(said, language)
        if language == "da":
            assert said.certainty[0] == "Hvor ofte ren tilfældighed giver et signal her, er ikke beregnet."
    if language == "da":
        run = spc.explain(result_of("run", NOISE[:12], profile, units), "up")
        assert run.finding == "Ikke vurderet: punkterne har ingen rækkefølge i tid"
        p = spc.explain(result_of("p", NOISE[:12], profile, units), "up")
        assert p.finding == "Ingen punkter ligger uden for grænserne"


@pytest.mark.parametrize("language", ["da", "en"])
def test_single_measurements_have_no_limits_and_the_reason_is_said(language):
    frame = pd.DataFrame({"x": MONTHS[:12], "y": [float(value) for value in NOISE[:12]]})
    said = spc.explain(spc.analyse(frame, "xbar", x="x", y="y", n=None), "up", language=language)
    check(said, language)
    if language == "da":
        assert said.rule[-1] == "Der er ingen kontrolgrænser: kun én måling i punktet: spredningen er ukendt."


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_flat_baseline_gives_no_limits_and_the_reason_is_said(language):
    result = result_of("p", [*[0] * 12, *NOISE], freeze=12)
    assert Reason(result.phases.reason_code[0]) is Reason.NO_SPREAD
    said = spc.explain(result, "up", language=language)
    check(said, language)
    if language == "da":
        assert said.rule[-1] == ("Der er ingen kontrolgrænser: ingen variation i de punkter, grænserne beregnes af.")


def test_no_neighbours_means_no_limits_and_the_reason_is_said():
    said = spc.explain(shape("i", "anhoej", "no neighbours"), "up")
    assert said.rule[-1] == "Der er ingen kontrolgrænser: ingen nabopunkter at måle variationen på."


def test_the_certainty_is_the_false_alarm_rate_of_the_chart():
    chance = spc.false_alarm_probability(20, "i")
    said = spc.explain(shape("i", "anhoej", "noise"), "up", language="en")
    assert said.certainty[0].startswith(f"About {100 * chance:.0f} of 100 stable charts of this length")
    assert "at the latest point" in spc.explain(shape("i", "nelson", "noise"), "up", language="en").certainty[0]


def test_the_chart_that_stands_for_another_is_named():
    said = spc.explain(shape("u", "anhoej", "noise"), "up", language="en")
    assert "The figure was worked out for the chart most like it: C chart." in said.certainty[0]


def test_boxes_have_no_known_rate_and_say_so():
    said = spc.explain(result_of("run", NOISE, method="bestbox"), "up")
    assert said.certainty[0].startswith("Hvor ofte ren tilfældighed giver et signal her, er ikke beregnet.")
    assert "Serier og kryds er bedømt med metoden bedste boks." in said.rule


def test_a_rule_of_another_length_does_not_go_by_its_published_number():
    said = spc.explain(result_of("run", SHAPES["a run above"], "mdc:shift=9"), "up", language="en")
    assert said.rule[0] == (
        "Rule: shift. That many points in a row on one side of the centre line suggest that the level has moved. Here: "
        "10 points in a row on one side; 9 is a signal."
    )
    assert rule_name(spc.PROFILES["mdc"], Rule.SHIFT).da == "skift (syv på samme side)"


def test_arithmetic_fits_its_number():
    one, several = (shape("i", "western_electric", name).signals[0] for name in ("high", "several high"))
    assert one.arithmetic("da") == "1 punkt mere end 3 sigma fra midterlinjen"
    assert several.arithmetic("en") == "3 points more than 3 sigma from the centre line"


def test_cautions_become_sentences_and_overdispersion_changes_the_advice():
    wide = [value + (25 if row % 4 == 0 else -25 if row % 4 == 2 else 0) for row, value in enumerate(NOISE)]
    result = result_of("p", wide)
    cautions = spc.diagnose(result)
    said = spc.explain(result, "up", cautions=cautions)
    assert "overspredning" in said.meaning[0]
    assert said.action[0].endswith("få målingen vist i et P′-diagram.")
    told = next(caution.say("da") for caution in cautions if caution.code == "overdispersion")
    assert said.text.count(told) == 1
    other = spc.explain(shape("i", "anhoej", "up and down"), "up", cautions=cautions, language="en")
    assert {caution.say("en") for caution in cautions} <= set(other.certainty)


def test_advice_is_passed_on_only_where_something_is_proposed():
    words = SimpleNamespace(
        observation=Words("Niveauet skiftede.", "X."),
        certainty=Words("Ret sikkert.", "X."),
        what_to_do=Words("Afgør det.", "X."),
    )
    said = spc.explain(shape("i", "anhoej", "noise"), "up", advice=SimpleNamespace(is_proposed=True, explanation=words))
    assert said.certainty[-1] == "Niveauet skiftede. Ret sikkert." and said.action[-1] == "Afgør det."
    silent = spc.explain(
        shape("i", "anhoej", "noise"), "up", advice=SimpleNamespace(is_proposed=False, explanation=words)
    )
    assert silent == spc.explain(shape("i", "anhoej", "noise"), "up")


def test_a_note_near_the_start_of_a_signal_is_named():
    result = shape("i", "anhoej", "a run above")
    near = spc.explain(result, "up", notes=[(pd.Timestamp("2024-08-14"), "A")])
    assert "om note A forklarer skiftet omkring sep. 2024" in near.action[0]
    assert "note A" not in spc.explain(result, "up", notes=[(pd.Timestamp("2023-02-01"), "A")]).text
    one = spc.explain(shape("i", "anhoej", "high"), "up", notes=[(pd.Timestamp("2024-09-01"), "B")])
    assert one.action[0].endswith("Begynd med note B.")


@pytest.mark.parametrize(
    ("axis", "da", "en"),
    [
        (pd.date_range("2026-01-05", periods=30, freq="7D"), "10 uger (uge 22 2026–uge 31 2026)", "weeks"),
        (pd.date_range("2020-01-01", periods=30, freq="QS"), "10 kvartaler (1. kvt. 2025–2. kvt. 2027)", "quarters"),
        (pd.date_range("1997-01-01", periods=30, freq="YS"), "10 år (2017–2026)", "years"),
        (pd.date_range("2026-01-01", periods=30, freq="3D"), "10 punkter (2. mar. 2026–29. mar. 2026)", "points"),
        (range(1, 31), "10 punkter (punkt 21–30)", "points"),
    ],
)  # fmt: skip
def test_places_on_the_axis_are_written_as_what_they_are(axis, da, en):
    result = result_of("i", SHAPES["a run above"], axis=axis)
    assert spc.explain(result, "up").observation[0].startswith(f"De seneste {da}")
    said = spc.explain(result, "up", language="en")
    assert said.observation[0].startswith(f"The latest 10 {en} (")
    check(said, "en")


def test_numbers_follow_the_language_and_the_unit_of_measure():
    result = result_of("i", [1000.5 + value for value in NOISE])
    assert "1.031,8 kr." in spc.explain(result, "up", unit_of_measure=Words("kr.", "DKK")).finding
    assert "1,031.8 DKK" in spc.explain(result, "up", language="en", unit_of_measure=Words("kr.", "DKK")).finding
    assert "31,4\u00a0%" in spc.explain(shape("p", "anhoej", "noise"), "up", decimals=1).finding
    # A unit that ends with a full stop does not bring two.
    assert ".." not in spc.explain(result, "up", unit_of_measure="kr.").alt
    own = formats_of(result, "da", decimals=0, period="quarter")
    assert "kvartal" in spc.explain(result, "up", formats=own).text


def test_the_alt_text_names_chart_series_time_and_finding():
    said = spc.explain(shape("p", "anhoej", "noise"), "neither", name=Words("Til tiden", "On time"), language="en")
    assert said.alt == (
        "P chart of On time, Jan 2023–Aug 2024. Random variation around the centre line of 31.4%. All 20 months of the "
        "phase lie within the limits and vary around the centre line of 31.4%."
    )
    assert spc.explain(shape("p", "anhoej", "nothing"), "up", name="X").alt == "P-diagram over X: ingen data."


def test_a_stored_result_is_told_in_the_same_words():
    result = shape("i", "nelson", "several high")
    assert spc.explain(spc.SpcResult.from_json(result.to_json()), "up") == spc.explain(result, "up")


def test_nothing_is_different_the_second_time():
    first, second = (spc.explain(result_of("i", SHAPES["high"], "nelson"), "up") for _ in range(2))
    assert first == second
    with pytest.raises(FrozenInstanceError):
        first.finding = ""
