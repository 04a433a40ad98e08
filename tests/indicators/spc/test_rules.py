"""Every rule on series small enough for the eye: which points are flagged, which way, and what is a near miss."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from indicators import spc
from indicators.spc.conformance import Verdict, powerbi_rules
from indicators.spc.profiles import PROFILES, Profile
from indicators.spc.rules import (
    ABOVE,
    ANY,
    BELOW,
    RULES,
    Alternating,
    Beyond,
    Monotone,
    OneSide,
    Outside,
    Rows,
    Rule,
    Within,
    Without,
)

A, B, N = ABOVE, BELOW, ANY


def _found(pattern: object, y: list[float]) -> list[int]:
    """Flags of a series around 0 with sigma 1."""
    return pattern.find(Rows.of(y, centre=0, lower=-3, upper=3)).tolist()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("pattern", "y", "flags"),
    [
        (Outside(), [3.1, 3.0, -3.1, 0], [A, 0, B, 0]),
        (OneSide(3), [1, 2, 1, -1, -1, -1, 0], [A, A, A, B, B, B, 0]),
        (OneSide(3), [1, 0, 1, 1], [0, 0, 0, 0]),  # a point on the line ends the row
        (OneSide(3), [1, 1, np.nan, 1, 1], [0, 0, 0, 0, 0]),  # so does a gap
        (Monotone(3), [1, 2, 3, 3, 2, 1], [A, A, A, B, B, B]),
        (Monotone(3), [1, 2, 3, 2, 1], [A, A, A | B, B, B]),  # a turning point belongs to both
        (Monotone(4), [1, 2, 3, 3, 4], [0, 0, 0, 0, 0]),
        (Alternating(4), [1, 2, 1, 2, 2], [N, N, N, N, 0]),
        (Alternating(5), [1, 2, 1, 2, 2], [0, 0, 0, 0, 0]),
        (Beyond(2, 3, 2.0), [2.1, 0, 2.5, 0], [A, 0, A, 0]),
        (Beyond(2, 3, 2.0), [2.1, 0, 0, 2.5], [0, 0, 0, 0]),
        (Beyond(2, 3, 2.0), [2.1, -1, 3.5, 0], [A, 0, A, 0]),  # classic: outside counts, the third may lie anywhere
        (Beyond(2, 3, 2.0, is_strict=True), [2.1, -1, 2.5, 0], [0, 0, 0, 0]),  # strict: all on one side ...
        (Beyond(2, 3, 2.0, is_strict=True), [2.1, 1, 3.5, 0], [0, 0, 0, 0]),  # ... and outside does not count
        (Beyond(2, 3, 2.0, is_strict=True), [2.1, 1, 2.5, 0], [A, 0, A, 0]),
        (Beyond(2, 3, 2.0, flags_window=True), [2.1, 0, 2.5, 0], [A, A, A, 0]),
        (Beyond(4, 5, 1.0), [-1.1, -1.2, 0, -1.3, -1.4], [B, B, 0, B, B]),
        (Within(3, 1.0), [0.5, -0.9, 1.0, 1.1], [N, N, N, 0]),
        (Without(3, 1.0), [1.1, -1.2, 1.3, 0.5], [N, N, N, 0]),
        (Without(3, 1.0), [1.1, 1.2, 1.3, 0.5], [0, 0, 0, 0]),  # on one side only it is a shift
    ],
)
def test_a_pattern_flags_the_points_that_show_it(pattern: object, y: list[float], flags: list[int]) -> None:
    assert _found(pattern, y) == flags


def test_power_bi_vectors_agree_and_only_a_turning_point_differs(shared_reference: Path) -> None:
    outcomes = powerbi_rules.outcomes(shared_reference)
    assert len(outcomes) == 58
    differing = [each for each in outcomes if each.verdict is not Verdict.AGREES]
    assert [(each.verdict, each.convention[:3]) for each in differing] == [(Verdict.BY_CONVENTION, "15:")]


# --------------------------------------------------------------------------------------------------------- profiles


def _series(y: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"period": range(1, len(y) + 1), "value": y})


NOISE = [1.0, -1.0, 0.5, -0.5, 1.2, -1.2, 0.4, -0.4, 0.9, -0.9, 1.1, -1.1]


def test_every_profile_has_records_with_words_for_its_rules() -> None:
    assert list(PROFILES) == ["anhoej", "mdc", "nelson", "western_electric"]
    assert len(PROFILES["nelson"].rules) == 8 and len(PROFILES["western_electric"].rules) == 4
    for profile in PROFILES.values():
        assert profile.name.da and profile.name.en and profile.reference
        for rule in profile.rules:
            record = RULES[rule.code]
            assert rule.label.da and rule.label.en and record.words.da and record.words.en and record.reference
    assert set(RULES) == set(Rule)


def test_a_signal_says_which_rule_which_points_and_which_arithmetic() -> None:
    result = spc.analyse(_series([*NOISE, *[2.0 + step / 10 for step in range(7)]]), "i", y="value", profile="mdc")
    trend = next(signal for signal in result.signals if signal.rule is Rule.TREND)
    assert trend.rows == tuple(range(11, 19)) and trend.is_above
    assert dict(trend.figures) == {"needed": 7, "points": 8}
    assert trend.arithmetic("da") == "8 punkter i træk i samme retning; 7 er et signal"
    assert trend in result.signals_at(15) and result.signals_at(3) == ()
    assert result.points.rule[15] in {"outside_limits", "trend"}


def test_the_runs_rules_say_their_arithmetic_too() -> None:
    y = [0.0, 1.0] * 6 + [2.0, 3.0] * 6
    result = spc.analyse(_series(y), "run", y="value")
    words = {signal.rule: signal.arithmetic("en") for signal in result.signals}
    assert words == {
        Rule.LONG_RUN: "12 points in a row on one side; with 24 useful points at most 8 is ordinary",
        Rule.FEW_CROSSINGS: "1 crossing of the centre line; with 24 useful points at least 8 is ordinary",
    }


def test_lengths_are_chosen_by_name_and_travel_in_the_code() -> None:
    y = [*NOISE, 3.0, 3.1, 3.0, 3.1, 3.0]
    shift = [5, 7]
    flagged = [
        (spc.analyse(_series(y), "i", y="value", profile=f"mdc:shift={length}").points.rule == "shift").any()
        for length in shift
    ]
    assert flagged == [True, False]
    profile = PROFILES["mdc"].with_lengths(shift=5, two_of_three="classic")
    result = spc.analyse(_series(y), "i", y="value", profile=profile)
    assert result.profile.code == "mdc:shift=5,two_of_three=classic"
    assert spc.SpcResult.from_json(result.to_json()).profile == profile


@pytest.mark.parametrize(
    ("profile", "message"),
    [
        ("mcd", "There is no profile 'mcd'. Choose one of: anhoej, mdc, nelson, western_electric"),
        ("mdc:shift=x", "There is no profile 'mdc:shift=x'"),
        ("mdc:length=7", "There is no profile 'mdc:length=7'"),
        ("mdc:shift=1", "The length 1 is too small"),
        ("western_electric:trend=6", "has no rule trend"),
        ("mdc:two_of_three=loose", "There is no reading 'loose'"),
    ],
)
def test_an_unknown_profile_or_length_is_refused_with_what_there_is(profile: str, message: str) -> None:
    with pytest.raises(spc.InputError, match=message.replace("(", r"\(")):
        spc.analyse(_series(NOISE), "i", y="value", profile=profile)


@pytest.mark.parametrize("profile", ["mdc", "nelson", "western_electric"])
def test_every_phase_starts_afresh(profile: str) -> None:
    y = [*NOISE, *[1.0] * 5, *[1.0] * 5, *NOISE]
    result = spc.analyse(_series(y), "i", y="value", profile=profile, phases=[18])
    rows = [signal.rows for signal in result.signals if signal.rule is Rule.SHIFT]
    assert all(max(each) < 17 or min(each) >= 17 for each in rows)


def test_an_excluded_point_is_bridged_and_never_flagged() -> None:
    y = [*NOISE, 2.0, 2.0, 2.0, -9.0, 2.0, 2.0, 2.0, 2.0]
    result = spc.analyse(_series(y), "i", y="value", profile="mdc", exclude=[16])
    (shift,) = (signal for signal in result.signals if signal.rule is Rule.SHIFT)
    assert shift.rows == (12, 13, 14, 16, 17, 18, 19)
    assert result.points.rule[15] == ""


def test_two_trends_of_one_direction_that_touch_are_two_signals() -> None:
    up = [float(step) for step in range(8)]
    result = spc.analyse(_series([*up, *[step - 4 for step in up]]), "i", y="value", profile="mdc")
    trends = [signal.rows for signal in result.signals if signal.rule is Rule.TREND]
    assert trends == [tuple(range(8)), tuple(range(8, 16))]


# -------------------------------------------------------------------------------------------------------- judgement


def _judged(y: list[float], direction: str = "up", profile: str | Profile = "mdc", **options: object) -> spc.Judgement:
    return spc.judge(spc.analyse(_series(y), "i", y="value", profile=profile, **options), direction)  # type: ignore[arg-type]


def test_mdc_reads_the_last_point_and_anhoej_the_phase() -> None:
    shifted_then_back = [*NOISE, *[1.4, 1.6] * 6, 0.0]
    assert _judged(shifted_then_back, profile="anhoej").variation == "improvement"
    assert _judged(shifted_then_back, profile="mdc").variation == "common"


@pytest.mark.parametrize(
    ("direction", "variation"), [("up", "improvement"), ("down", "concern"), ("neither", "change")]
)
def test_direction_decides_what_a_signal_means(direction: str, variation: str) -> None:
    assert _judged([*NOISE, *NOISE, 9.0], direction).variation == variation


def test_a_strict_reading_does_not_pass_a_target_on_the_limit() -> None:
    result = spc.analyse(_series(NOISE), "i", y="value", profile="mdc")
    limit = float(result.points.lower.iloc[-1])
    assert spc.judge(result, "up", target=limit).assurance == "mixed"
    assert spc.judge(result, "up", target=limit, strict=False).assurance == "pass"
    assert spc.judge(result, "up", target=limit - 0.1).assurance == "pass"
    upper = float(result.points.upper.iloc[-1])
    assert spc.judge(result, "up", target=upper).assurance == "mixed"
    assert spc.judge(result, "up", target=upper + 0.1).assurance == "fail"
    assert spc.judge(result, "neither", target=limit).assurance == "none"


def test_a_target_may_change_along_the_series_and_is_counted_against_its_time() -> None:
    frame = _series([5.0, 6.0] * 6).assign(goal=[4.0] * 6 + [5.5] * 6)
    judged = spc.judge(spc.analyse(frame, "run", y="value", target="goal"), "up")
    assert (judged.met, judged.counted, judged.assurance, judged.assurance_is_counted) == (9, 12, "mixed", True)


def test_a_constant_100_percent_meets_a_target_of_100_percent() -> None:
    assert _judged([100.0] * 12, target=100.0).assurance == "pass"
    assert _judged([100.0] * 12, target=100.0).variation == "common"


def test_few_points_claim_nothing_and_no_points_are_missing() -> None:
    assert _judged([1.0, 2.0, 30.0]).variation == "few"
    assert _judged([np.nan, np.nan]).variation == "missing"
