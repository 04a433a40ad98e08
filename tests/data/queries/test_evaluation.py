"""Groups, frames, pseudonyms, the flow of participants: what is in them, and for whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from sqlalchemy import insert, update

from data import projects
from data.access import SYSTEM, Grant, NotAllowed, Role, Viewer, viewer_with
from data.errors import Refused
from data.queries import evaluation, units
from data.queries.evaluation import Group
from data.schema import definition_proposal, indicator, phase, project, team_score, unit, unit_group, unit_group_member
from tests.data.conftest import World, indicator_row

TODAY = date(2027, 3, 10)
LONG = [40.0 + month % 5 for month in range(26)]  # from January 2025 to February 2027; units began in January 2026


def evaluator(world: World, cohort: str | None = None, *, names: bool = True, counts: bool = False) -> Viewer:
    grant = Grant(Role.EVALUATOR, cohort_code=cohort, names=names, counts=counts)
    with world.store.read() as connection:
        return viewer_with(connection, (grant,), account_id=9, email="eva@example.dk", name="Eva Lund")


@pytest.fixture
def programme(world: World) -> Iterator[World]:
    """SCREEN in three participants (two cohorts), one comparison department and their hospital's total."""
    for code in ("H1-A", "901", "H1-B", "H2-A", "H1"):
        world.follow("SCREEN", code, date(2025, 1, 1))
        world.deliver_months("SCREEN", code, date(2025, 1, 1), *LONG)
    rows = [("1", "H1-A", "SCREEN"), ("1", "901", "SCREEN"), ("2", "H1-B", None)]
    world.store.write(
        lambda connection: connection.execute(
            insert(project),
            [
                {"cohort_code": cohort, "unit_code": code, "main_indicator": main, "left_reason": ""}
                for cohort, code, main in rows
            ],
        )
    )
    yield world


def cohorts(world: World, viewer: Viewer, *codes: str) -> list[Group]:
    return [one for one in evaluation.groups(world.store, viewer) if one.code in codes]


def test_a_leader_and_a_quality_team_do_not_evaluate(programme: World) -> None:
    for viewer in (programme.viewer(Role.LEADER, "H1"), programme.viewer(Role.QUALITY_TEAM, "R")):
        with pytest.raises(NotAllowed):
            evaluation.groups(programme.store, viewer)
        with pytest.raises(NotAllowed):
            evaluation.labels(programme.store, viewer, ["H1-A"])


def test_groups_are_cohorts_first_then_regions_and_sectors_with_the_month_each_unit_began(programme: World) -> None:
    found = evaluation.groups(programme.store, evaluator(programme))
    assert [(one.code, one.kind) for one in found] == [
        ("1", "cohort"), ("2", "cohort"), ("R", "region"), ("regional", "sector"), ("municipal", "sector"),
    ]  # fmt: skip
    assert found[0].starts == {"H1-A": date(2026, 1, 1), "901": date(2026, 1, 1)}
    assert set(found[2].starts) == {"H1-A", "901", "H1-B"}


def test_learning_teams_and_own_lists_are_groups_too(programme: World) -> None:
    def write(connection) -> None:
        for code, kind in (("T", "learning_team"), ("L", "list"), ("K", "health_council")):
            values = {"name_da": code, "name_en": code, "note": "", "source": ""}
            connection.execute(insert(unit_group).values(code=code, kind=kind, **values))
            connection.execute(insert(unit_group_member).values(group_code=code, unit_code="H1-A"))

    programme.store.write(write)
    found = evaluation.groups(programme.store, evaluator(programme))
    assert [one.code for one in found if one.kind in ("learning_team", "list")] == ["T", "L"]
    assert found[-1].starts == {"H1-A": None}


def test_an_evaluator_of_one_cohort_has_that_cohort_alone(programme: World) -> None:
    viewer = evaluator(programme, "1")
    assert {code for one in evaluation.groups(programme.store, viewer) for code in one.starts} == {"H1-A", "901"}
    other = cohorts(programme, evaluator(programme), "2")
    with pytest.raises(NotAllowed):
        evaluation.frame(programme.store, viewer, "SCREEN", other)


def test_a_frame_compares_with_units_outside_and_leaves_out_totals_of_its_units(programme: World) -> None:
    frame = evaluation.frame(programme.store, evaluator(programme), "SCREEN", cohorts(programme, SYSTEM, "1", "2"))
    starts = frame.drop_duplicates("unit").set_index("unit")[["start", "cohort"]].to_dict("index")
    assert set(starts) == {"Kirurgisk Afdeling, H1", "Medicinsk Afdeling", "Prøve Kommune", frame["unit"].iloc[0]}
    assert starts["Medicinsk Afdeling"] == {"start": "2026-01", "cohort": "2"}
    # The one outside is known to nobody by name; the hospital is the sum of its departments.
    outside = frame[frame["cohort"] == ""]
    assert outside["unit"].nunique() == 1 and outside["unit"].iloc[0].startswith("E-")
    assert len(frame) == 4 * 26 and frame["period"].min() == "2025-01"
    assert list(frame.columns) == ["unit", "period", "numerator", "denominator", "start", "cohort"]


def test_a_unit_that_began_in_another_cohort_is_compared_with_until_then(programme: World) -> None:
    viewer = evaluator(programme, "1")
    frame = evaluation.frame(programme.store, viewer, "SCREEN", evaluation.groups(programme.store, viewer)[:1])
    outside = frame[frame["cohort"] == ""].groupby("unit")["period"].agg(["max", "size"])
    assert sorted(outside["max"]) == ["2025-12", "2027-02"]
    assert (frame.loc[frame["cohort"] == "", "start"] == "").all()


def test_only_some_members_can_be_kept_and_the_others_compare_with_nothing(programme: World) -> None:
    groups = cohorts(programme, SYSTEM, "1", "2")
    frame = evaluation.frame(programme.store, SYSTEM, "SCREEN", groups, only=["901"])
    assert set(frame["cohort"]) == {"", "1"} and frame["unit"].nunique() == 2


def test_figures_of_an_earlier_day_give_the_frame_of_that_day(programme: World) -> None:
    programme.deliver([("SCREEN", "901", date(2026, 2, 1), 77, 100)], at=datetime(2027, 2, 1, 8, 0))
    groups = cohorts(programme, SYSTEM, "1")
    now = evaluation.frame(programme.store, SYSTEM, "SCREEN", groups)
    before = evaluation.frame(programme.store, SYSTEM, "SCREEN", groups, as_of=date(2027, 1, 31))
    month = (now["unit"] == "Prøve Kommune") & (now["period"] == "2026-02")
    assert (now.loc[month, "numerator"].item(), before.loc[month, "numerator"].item()) == (77, LONG[13])


def test_small_numbers_are_left_out_of_what_may_leave_the_server(programme: World) -> None:
    programme.deliver([("SCREEN", "901", date(2026, 2, 1), 3, 100)], at=datetime(2027, 2, 1, 8, 0))
    viewer, groups = evaluator(programme), cohorts(programme, SYSTEM, "1", "2")
    exact = evaluation.frame(programme.store, viewer, "SCREEN", groups)
    shown = evaluation.frame(programme.store, viewer, "SCREEN", groups, exact=False)
    assert (exact["numerator"] == 3).sum() == 1
    assert not (shown["numerator"] == 3).any() and len(shown) < len(exact)
    assert set(shown["cohort"]) == {"", "1", "2"}


def test_a_count_stands_without_a_denominator_and_days_between_are_refused(programme: World) -> None:
    programme.follow("FALD", "901", date(2025, 1, 1))
    programme.deliver_months("FALD", "901", date(2025, 1, 1), 7, 8, out_of=None)
    frame = evaluation.frame(programme.store, SYSTEM, "FALD", cohorts(programme, SYSTEM, "1"))
    assert frame["numerator"].tolist() == [7, 8] and frame["denominator"].isna().all()
    of_cases = indicator_row("DAGE", has_denominator=False, per=1, chart="t", period="day")
    programme.store.write(lambda connection: connection.execute(insert(indicator).values(of_cases)))
    with pytest.raises(Refused) as refused:
        evaluation.frame(programme.store, SYSTEM, "DAGE", cohorts(programme, SYSTEM, "1"))
    assert "ikke pr. måned" in refused.value.reason("da")


def test_without_the_right_to_names_every_unit_has_a_pseudonym_and_none_is_read_on_the_board(programme: World) -> None:
    viewer = evaluator(programme, names=False)
    assert not viewer.readable_units and units.visible(programme.store, viewer) == []
    groups = evaluation.groups(programme.store, viewer)
    frame = evaluation.frame(programme.store, viewer, "SCREEN", groups)
    assert frame["unit"].str.fullmatch(r"E-\d{3}").all()
    found = evaluation.projects(programme.store, viewer, groups[:2], today=TODAY)
    assert all(one.label.is_pseudonym and one.label.text.startswith("E-") for one in found)
    assert found[0].label.sector in ("regional", "municipal")


def test_pseudonyms_stay_when_units_come_and_are_the_same_for_everybody(programme: World) -> None:
    codes = ["H1-A", "H1-B", "901", "H2-A"]
    blind = evaluator(programme, names=False)
    before = {code: one.text for code, one in evaluation.labels(programme.store, blind, codes).items()}
    assert len(set(before.values())) == 4

    def add(connection) -> None:
        connection.execute(
            insert(unit).values(
                code="H0", kind="hospital", sector="regional", name_da="A", name_en="A", short_name="A",
                parent_code="R", valid_from=date(2027, 1, 1), is_demo=False, note="", source="",
            )
        )  # fmt: skip

    programme.store.write(add)
    after = evaluation.labels(programme.store, evaluator(programme, "1", names=False), [*codes, "H0"])
    assert {code: after[code].text for code in codes} == before
    assert after["H0"].text not in before.values()
    groups = cohorts(programme, SYSTEM, "1")
    named = evaluation.frame(programme.store, SYSTEM, "SCREEN", groups, pseudonyms=True)
    assert set(named["unit"]) <= {one.text for one in evaluation.labels(programme.store, blind, UNITS).values()}


UNITS = ["H1-A", "H1-B", "H1-C", "H2-A", "901", "H1", "H2", "R", "NY", "DK"]


def test_two_stores_draw_pseudonyms_of_their_own(programme: World, world: World) -> None:
    from data.store import read_info

    with programme.store.read() as connection:
        assert read_info(connection, "pseudonym_key") is None
    evaluation.labels(programme.store, SYSTEM, ["901"])
    with programme.store.read() as connection:
        assert len(read_info(connection, "pseudonym_key") or "") == 64


def test_the_flow_gives_the_reason_of_every_loss(programme: World) -> None:
    groups = cohorts(programme, SYSTEM, "1", "2")
    flow = evaluation.flow(programme.store, evaluator(programme), groups, today=TODAY)
    assert [(step.code, step.n) for step in flow.steps] == [
        ("participants", 3), ("main", 2), ("before", 2), ("after", 2), ("analysable", 2),
    ]  # fmt: skip
    assert [(words.en, n) for words, n in flow.steps[1].losses] == [("Chose no main indicator", 1)]
    assert flow.steps[1].by_cohort == {"1": 2, "2": 0} and flow.n_analysable == 2


def reason(world: World, code: str, **rule: int) -> str:
    groups = cohorts(world, SYSTEM, "1", "2")
    found = evaluation.projects(world.store, SYSTEM, groups, today=TODAY, **rule)
    one = next(one for one in found if one.unit_code == code)
    assert one.is_analysable == (one.reason is None)
    return one.reason.en if one.reason else ""


def test_the_usability_rule_can_be_moved(programme: World) -> None:
    assert reason(programme, "901") == ""
    assert reason(programme, "901", before=13) == "Too few months with figures before the start"
    assert reason(programme, "901", after=15) == "Started recently"


def test_a_unit_nobody_has_recorded_a_main_indicator_for_is_told_from_one_that_chose_none(programme: World) -> None:
    assert reason(programme, "H1-B") == "Chose no main indicator"
    programme.store.write(lambda connection: connection.execute(project.delete()))
    assert reason(programme, "H1-B") == "The main indicator is not recorded"


def test_leaving_and_a_break_near_the_start_are_reasons(programme: World) -> None:
    def write(connection) -> None:
        connection.execute(project.update().where(project.c.unit_code == "901").values(left_on=date(2026, 5, 1)))
        connection.execute(
            insert(phase).values(
                indicator_code="SCREEN", unit_code="H1-A", starts_on=date(2026, 4, 1), name_da="", name_en="",
                is_break=True, reason_da="", reason_en="", author="", created_at=datetime(2026, 5, 1),
            )
        )  # fmt: skip

    programme.store.write(write)
    assert reason(programme, "901") == "Left the programme"
    assert reason(programme, "H1-A") == "A break in the data within 3 months of the start"


def test_data_that_begin_with_the_programme_or_stop_soon_after_are_reasons(world: World) -> None:
    for code, first, months in (("901", date(2026, 1, 1), 14), ("H1-A", date(2025, 1, 1), 18)):
        world.follow("SCREEN", code, first)
        world.deliver_months("SCREEN", code, first, *LONG[:months])
    world.store.write(
        lambda connection: connection.execute(
            insert(project),
            [
                {"cohort_code": "1", "unit_code": code, "main_indicator": "SCREEN", "left_reason": ""}
                for code in ("901", "H1-A")
            ],
        )
    )
    assert reason(world, "901") == "Data begin only with the programme"
    assert reason(world, "H1-A") == "Stopped reporting after the start"


def test_a_project_tells_its_months_values_and_scores_as_the_viewer_may_see_them(programme: World) -> None:
    programme.deliver([("SCREEN", "901", date(2025, 3, 1), 2, 100)], at=datetime(2027, 2, 1, 8, 0))
    rows = [(date(2026, 1, 20), 1.0), (date(2026, 4, 20), 2.0), (date(2026, 4, 20), 2.5)]
    programme.store.write(
        lambda connection: connection.execute(
            insert(team_score),
            [
                {
                    "unit_code": "901",
                    "scored_on": day,
                    "score": score,
                    "author": "",
                    "recorded_at": datetime(2026, 5, 1),
                }
                for day, score in rows
            ],
        )
    )
    groups = cohorts(programme, SYSTEM, "1")
    one = next(
        one
        for one in evaluation.projects(programme.store, evaluator(programme, names=False), groups, today=TODAY)
        if one.unit_code == "901"
    )
    assert (one.months_before, one.months_after, one.completeness) == (12, 14, 1.0)
    assert one.values[0] == 40.0 and one.values[2] is None  # 2 of 100 is small
    assert one.team_scores == ((date(2026, 1, 20), 1.0), (date(2026, 4, 20), 2.5))
    assert one.indicator_code == "SCREEN" and one.cohort == "1"


def test_indicators_of_groups_come_main_ones_first(programme: World) -> None:
    programme.follow("FALD", "901", date(2025, 1, 1))
    found = evaluation.indicators_of(programme.store, SYSTEM, cohorts(programme, SYSTEM, "1", "2"))
    assert [(code, n) for code, _, n in found] == [("SCREEN", 3), ("FALD", 1)]


def test_completeness_counts_by_months_since_the_start(programme: World) -> None:
    found = evaluation.completeness(programme.store, SYSTEM, cohorts(programme, SYSTEM, "1"), today=TODAY)
    by_month = found.set_index("since")
    assert by_month.loc[0, ["reported", "expected"]].tolist() == [2, 2]
    assert by_month.loc[-13, ["reported", "expected"]].tolist() == [0, 2]
    assert found["since"].max() == 13


def test_a_measure_a_unit_made_itself_does_not_tell_whose_pseudonym_it_is(programme: World) -> None:
    moment = datetime(2027, 1, 1)
    made = {
        "indicator_code": "OWN", "version": 1, "unit_code": "901", "content": {}, "state": "approved", "author_id": 1,
        "author": "", "checker": "", "comment": "", "created_at": moment, "changed_at": moment,
    }  # fmt: skip

    def write(connection) -> None:
        name = {"name_da": "Hygiejne i Prøve Kommune", "name_en": "Hygiene in Prøve Kommune"}
        connection.execute(insert(indicator).values(indicator_row("OWN", **name)))
        connection.execute(insert(definition_proposal).values(made))
        connection.execute(update(project).where(project.c.unit_code == "901").values(main_indicator="OWN"))

    programme.store.write(write)
    programme.follow("OWN", "901", date(2025, 1, 1))
    for viewer, tells in ((evaluator(programme), True), (evaluator(programme, names=False), False)):
        groups = cohorts(programme, viewer, "1")
        offered = [code for code, _name, _count in evaluation.indicators_of(programme.store, viewer, groups)]
        found = evaluation.projects(programme.store, viewer, groups, today=TODAY)
        names = {one.indicator_name.da for one in found if one.indicator_name}
        assert ("OWN" in offered) is tells
        assert any("Prøve Kommune" in name for name in names) is tells
        alias = evaluation.aliases_of(programme.store, viewer, ["901"])["901"]
        facts = projects.get(programme.store, viewer, alias)
        assert any("Prøve Kommune" in name.da for _code, name in facts.followed) is tells
        assert facts.main == "OWN"
