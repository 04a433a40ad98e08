from __future__ import annotations

import random
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from data import disclosure, reading
from data.access import SYSTEM, Role
from data.disclosure import Cell, hidden_keys, hidden_units
from data.queries import catalogue, observations
from data.schema import indicator
from tests.data.conftest import indicator_row

JANUARY = date(2026, 1, 1)


def hide(cells, parents, *, own=(), readable=None, threshold=5) -> set[str]:
    return set(
        hidden_units(
            cells,
            parents,
            is_own=lambda code: code in own,
            may_see=lambda code: readable is None or code in readable,
            threshold=threshold,
        )
    )


def test_numerator_and_rest_below_the_threshold_are_hidden_and_the_threshold_itself_is_not() -> None:
    alone = dict.fromkeys("abcdef")
    cells = {"a": Cell(4, 50), "b": Cell(5, 50), "c": Cell(46, 50), "d": Cell(45, 50), "e": Cell(0, 50), "f": Cell(4)}
    assert hide(cells, alone) == {"a", "c", "e", "f"}


def test_a_rate_with_more_events_than_exposure_has_no_rest() -> None:
    assert not Cell(300, 40).is_small(5)


def test_own_units_are_never_hidden() -> None:
    assert hide({"a": Cell(1, 50)}, {"a": None}, own={"a"}) == set()


def test_one_hidden_part_takes_the_smallest_other_with_it() -> None:
    cells = {"H": Cell(60, 200), "A": Cell(3, 50), "B": Cell(27, 70), "C": Cell(30, 80)}
    assert hide(cells, dict.fromkeys("ABC", "H")) == {"A", "B"}


def test_two_hidden_zeros_take_a_third_because_nothing_minus_nothing_says_which() -> None:
    cells = {"H": Cell(40, 200), "A": Cell(0, 50), "B": Cell(0, 60), "C": Cell(20, 45), "D": Cell(20, 45)}
    assert hide(cells, dict.fromkeys("ABCD", "H")) == {"A", "B", "C"}


def test_the_total_is_hidden_when_every_other_part_is_the_viewers_own() -> None:
    cells = {"H": Cell(33, 120), "A": Cell(3, 50), "B": Cell(30, 70)}
    assert hide(cells, {"A": "H", "B": "H"}, own={"B"}) == {"A", "H"}


def test_a_hidden_total_hides_a_part_so_that_the_parts_do_not_add_up_to_it() -> None:
    # Region 38 = hospital X 33 + Y 5; X = A 3 + B 30, where B is the viewer's own, so X is hidden, and Y with it.
    cells = {"R": Cell(38, 180), "X": Cell(33, 120), "Y": Cell(5, 60), "A": Cell(3, 50), "B": Cell(30, 70)}
    parents = {"X": "R", "Y": "R", "A": "X", "B": "X"}
    assert hide(cells, parents, own={"B"}) == {"A", "X", "Y"}


def test_levels_without_figures_are_skipped() -> None:
    cells = {"R": Cell(60, 200), "A": Cell(3, 50), "B": Cell(27, 70), "C": Cell(30, 80)}
    assert hide(cells, {"A": "H", "B": "H", "C": "H", "H": "R"}) == {"A", "B"}


def test_a_sibling_the_viewer_may_not_see_protects_a_hidden_one() -> None:
    cells = {"H": Cell(60, 200), "A": Cell(3, 50), "B": Cell(57, 150)}
    assert hide(cells, {"A": "H", "B": "H"}, readable={"H", "A"}) == {"A"}


def test_a_small_unit_out_of_sight_is_not_given_away_by_those_in_sight() -> None:
    cells = {"H": Cell(60, 200), "A": Cell(3, 50), "B": Cell(27, 70), "C": Cell(30, 80)}
    assert hide(cells, dict.fromkeys("ABC", "H"), readable={"H", "B", "C"}) == {"B"}


# ------------------------------------------------------------------------------------------------------ as a property

counts = st.integers(0, 30)
parts = st.lists(st.tuples(counts, counts), min_size=1, max_size=6)


@settings(max_examples=400, deadline=None)
@given(parts=parts, own=st.sets(st.integers(0, 5)), unseen=st.sets(st.integers(0, 5)), threshold=st.integers(1, 10))
def test_no_hidden_figure_can_be_recomputed_from_what_is_shown(
    parts: list[tuple[int, int]], own: set[int], unseen: set[int], threshold: int
) -> None:
    """An attacker who knows the rule of addition and every figure shown, in a total and its parts.

    For each hidden part the attacker's range runs from 0 to what the total leaves over. The range must hold more than
    `threshold` values, for events and for cases without the event alike. A hidden total must keep an unknown part.
    """
    cells = {f"part {i}": Cell(events, events + rest) for i, (events, rest) in enumerate(parts) if events + rest}
    total = sum(cells.values(), start=Cell(0, 0))
    parents = dict.fromkeys(cells, "total")
    owned = {f"part {i}" for i in own}
    readable = {code for code in [*cells, "total"] if code not in {f"part {i}" for i in unseen - own}}
    everything = cells | {"total": total}
    hidden = hide(everything, parents, own=owned, readable=readable, threshold=threshold)

    assert not hidden & owned
    assert hidden <= readable
    shown = readable - hidden
    assert all(code in hidden for code in readable - owned if everything[code].is_small(threshold))
    unknown = [code for code in cells if code not in shown]
    if "total" in shown and any(code in hidden for code in unknown):
        events_left = total.count - sum(cells[code].count for code in cells if code in shown)
        cases_left = total.total - sum(cells[code].total for code in cells if code in shown)
        assert len(unknown) >= 2
        assert events_left >= threshold, "events: the attacker's range is 0 to this"
        assert cases_left - events_left >= threshold, "cases without the event: the attacker's range is 0 to this"
    if "total" in hidden and not set(cells) <= owned:
        assert unknown, "the parts add up to the hidden total"


@settings(max_examples=200, deadline=None)
@given(
    wards=st.lists(st.lists(st.tuples(counts, counts), min_size=1, max_size=4), min_size=1, max_size=4),
    threshold=st.integers(1, 8),
)
def test_no_hidden_figure_follows_from_the_sums_of_two_levels(
    wards: list[list[tuple[int, int]]], threshold: int
) -> None:
    """Region = hospitals, hospital = departments. What one equation gives away is put into the others."""
    cells, parents = {}, {}
    for h, departments in enumerate(wards):
        for d, (events, rest) in enumerate(departments):
            cells[f"H{h}-{d}"] = Cell(events, events + rest)
            parents[f"H{h}-{d}"] = f"H{h}"
        cells[f"H{h}"] = sum((cells[f"H{h}-{d}"] for d in range(len(departments))), start=Cell(0, 0))
        parents[f"H{h}"] = "R"
    cells["R"] = sum((cells[f"H{h}"] for h in range(len(wards))), start=Cell(0, 0))
    hidden = hide(cells, parents, threshold=threshold)

    known = set(cells) - hidden
    families = [(parent, [code for code in cells if parents.get(code) == parent]) for parent in set(parents.values())]
    found_one = True
    while found_one:
        found_one = False
        for parent, members in families:
            unknown = [code for code in [parent, *members] if code not in known]
            if len(unknown) == 1:
                known.add(unknown[0])
                found_one = True
    assert not known & hidden


# ---------------------------------------------------------------------------------------------------- in the queries


@pytest.fixture
def hospital(world):
    world.deliver(
        [
            ("SCREEN", "H1", JANUARY, 60, 200),
            ("SCREEN", "H1-A", JANUARY, 3, 50),
            ("SCREEN", "H1-B", JANUARY, 27, 70),
            ("SCREEN", "H1-C", JANUARY, 30, 80),
            ("SCREEN", "901", JANUARY, 4, 40),
            ("FALD", "H1-A", JANUARY, 2, None),
        ]
    )
    return world


def shown(world, viewer, unit_code: str, indicator_code: str = "SCREEN") -> tuple[float, bool]:
    row = observations.current(world.store, viewer, indicator_code, unit_code).iloc[0]
    return row.numerator, bool(row.is_hidden)


def test_outside_ones_own_units_small_numbers_come_empty_and_are_said_to_be_hidden(hospital) -> None:
    administrator = hospital.viewer(Role.ADMINISTRATOR)
    frame = observations.current(hospital.store, administrator, "SCREEN", "H1-A")
    assert frame.is_hidden.tolist() == [True]
    assert frame[["numerator", "denominator", "value"]].isna().all(axis=None)
    assert shown(hospital, administrator, "H1") == (60, False)
    assert shown(hospital, administrator, "H1-B")[1], "secondary: the total minus the others would give H1-A away"
    assert shown(hospital, administrator, "H1-C") == (30, False)
    assert shown(hospital, administrator, "H1-A", "FALD")[1], "a count without a denominator"


def test_owners_and_the_product_itself_see_their_figures(hospital) -> None:
    for viewer in (SYSTEM, hospital.viewer(Role.LEADER, "H1"), hospital.viewer(Role.ADMINISTRATOR, "DK")):
        assert shown(hospital, viewer, "H1-A") == (3, False)
        assert shown(hospital, viewer, "H1-B") == (27, False)


def test_an_evaluator_reads_the_cohorts_units_without_their_small_numbers(hospital) -> None:
    evaluator = hospital.viewer(Role.EVALUATOR, cohort_code="1")
    assert shown(hospital, evaluator, "H1-A")[1]
    assert shown(hospital, evaluator, "901")[1]


def test_what_is_hidden_does_not_depend_on_what_is_asked_for(hospital) -> None:
    administrator = hospital.viewer(Role.ADMINISTRATOR)
    pairs = [("SCREEN", code) for code in ("H1", "H1-A", "H1-B", "H1-C")]
    together = observations.current_many(hospital.store, administrator, pairs)
    for _, unit_code in pairs:
        alone = shown(hospital, administrator, unit_code)[1]
        assert together.loc[together.unit_code == unit_code, "is_hidden"].tolist() == [alone]


def test_what_is_hidden_follows_the_data_at_once(hospital) -> None:
    administrator = hospital.viewer(Role.ADMINISTRATOR)
    assert shown(hospital, administrator, "H1-B")[1]
    hospital.deliver([("SCREEN", "H1-A", JANUARY, 20, 50)], at=datetime(2026, 11, 6, 8, 0))
    assert shown(hospital, administrator, "H1-B") == (27, False)
    assert shown(hospital, administrator, "H1-A") == (20, False)


def test_looking_back_does_not_bring_out_what_a_later_figure_gives_away(world) -> None:
    """H1-B was shown until the hospital's own total came in; then 60 - 27 - 30 is the 3 that must stay hidden."""
    departments = [("H1-A", 3, 50), ("H1-B", 27, 70), ("H1-C", 30, 80)]
    world.deliver([("SCREEN", code, JANUARY, n, of) for code, n, of in departments], at=datetime(2026, 2, 5))
    world.deliver([("SCREEN", "H1", JANUARY, 60, 200)], at=datetime(2026, 2, 9))
    administrator = world.viewer(Role.ADMINISTRATOR)
    then = observations.current(world.store, administrator, "SCREEN", "H1-B", date(2026, 2, 6))
    assert then.is_hidden.tolist() == [True]
    own = observations.current(world.store, world.viewer(Role.LEADER, "H1"), "SCREEN", "H1-B", date(2026, 2, 6))
    assert own.numerator.tolist() == [27]


def test_the_threshold_is_the_stores_unless_one_is_given(hospital) -> None:
    administrator = hospital.viewer(Role.ADMINISTRATOR)
    frame = observations.current(hospital.store, administrator, "SCREEN", "H1-A", threshold=2)
    assert frame.numerator.tolist() == [3]
    hospital.store.small_number = 2
    assert shown(hospital, administrator, "H1-A") == (3, False)


def test_a_note_on_a_hidden_figure_is_hidden_with_it(world) -> None:
    world.deliver([("SCREEN", "901", JANUARY, 4, 40)])
    world.store.write(lambda connection: connection.exec_driver_sql("UPDATE observation SET note = 'kun 4 borgere'"))
    administrator, team = world.viewer(Role.ADMINISTRATOR), world.viewer(Role.QUALITY_TEAM, "901")
    assert observations.current(world.store, administrator, "SCREEN", "901").note.tolist() == [""]
    assert observations.current(world.store, team, "SCREEN", "901").note.tolist() == ["kun 4 borgere"]


@pytest.mark.parametrize(
    ("chart", "has_denominator", "figures", "count"),
    [
        ("xbar", False, {"value": 3.9, "denominator": 2.0}, 2.0),  # a mean of two answers is as good as the answers
        ("t", False, {"value": 40.0}, 1.0),  # every point is one case
        ("c", False, {"value": 3.0}, 3.0),
        ("i", False, {"value": 3.0}, None),
        ("p", True, {"numerator": 3.0, "denominator": 50.0}, 3.0),
    ],
)
def test_what_counts_as_small_depends_on_what_a_point_is_made_of(chart, has_denominator, figures, count) -> None:
    row = indicator_row("X", chart=chart, has_denominator=has_denominator, goal_number=None, minimum=None,
                        maximum=None, contributes_to=None, review_on=None, valid_from=None, valid_to=None)  # fmt: skip
    frame = pd.DataFrame([{"numerator": np.nan, "denominator": np.nan, "value": np.nan, **figures}])
    (found,) = disclosure.counts(frame, catalogue.definition_of(row))[0]
    assert (None if np.isnan(found) else found) == count


def test_reading_only_the_periods_with_small_figures_hides_what_reading_all_of_them_hides(world) -> None:
    """Figures corrected and taken back, of shares, counts and single cases, for several limits and moments."""
    world.store.write(
        lambda connection: connection.execute(
            insert(indicator).values(indicator_row("ALVOR", has_denominator=False, per=1, chart="t"))
        )
    )
    draw = random.Random(11)
    codes, units = ("SCREEN", "FALD", "ALVOR"), ("H1", "H1-A", "H1-B", "H2-A")
    for day in range(1, 5):
        cells = {
            (code, draw.choice(units), date(2026, draw.randint(1, 6), 1)): draw.choice((0.0, 3.0, 12.0, 40.0, 97.0))
            for code in codes
            for _ in range(9)
        }
        rows = [(*key, count, 100.0 if key[0] == "SCREEN" else None) for key, count in cells.items()]
        delivery_id = world.deliver(rows, at=datetime(2026, 7, day, 8, 0))
    world.withdraw(delivery_id, datetime(2026, 7, 6, 8, 0))
    viewer = world.viewer(Role.EVALUATOR)
    pairs = [(code, unit_code) for code in codes for unit_code in units]
    n_hidden = []
    for threshold in (0, 1, 5, 20):
        for moment in (None, datetime(2026, 7, 2, 9, 0), datetime(2026, 7, 5, 9, 0)):
            with world.store.read() as connection:
                definitions, tree = reading.definitions(connection, codes), reading.Hierarchy.read(connection)
                frames = [reading.observations(connection, pairs, one) for one in {None, moment}]
            expected = frozenset().union(
                *(
                    hidden_keys(
                        frame[frame["indicator_code"] == code], definitions[code], tree.on,
                        is_own=viewer.is_own, may_see=viewer.may_see, threshold=threshold,
                    )
                    for frame in frames
                    for code in codes
                )
            )  # fmt: skip
            assert observations.hidden_from(world.store, viewer, codes, moment, threshold) == expected
            n_hidden.append(len(expected))
    assert n_hidden[0] == 0 < n_hidden[3] < n_hidden[6] < n_hidden[9]
