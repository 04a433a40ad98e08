"""What is being written in the demo: ready to be checked by the two who may, and a draft that is plainly half-done."""

from __future__ import annotations

from datetime import date

from data.catalogue import read
from data.demo import DEMO_SIGN_INS
from data.demo.departments import all_departments
from data.demo.proposals import ADMINISTRATOR, planted
from data.queries.definitions import ProposalState
from indicators.definition_lint import Surroundings, Weight, has_errors, lint

TODAY = date(2026, 11, 23)


def test_what_waits_to_be_checked_has_no_error_and_the_draft_has() -> None:
    national = {row["code"]: row["goal"] for row in read()["indicators"]}
    around = Surroundings(TODAY, national=national, balancing=frozenset((1, 3)), n_checkers=1)
    for one in planted(TODAY):
        found = lint(one.content, around)
        assert has_errors(found) == (one.state is ProposalState.DRAFT), one.content.code
        if one.state is ProposalState.PROPOSED:
            assert {remark.code for remark in found if remark.weight is not Weight.NOTE} == set()


def test_its_authors_and_units_are_those_of_the_demo() -> None:
    departments = {department.code for department in all_departments()}
    for one in planted(TODAY):
        assert one.author in DEMO_SIGN_INS
        assert {follower.unit_code for follower in one.content.followers} <= departments
    # Each of the two has something to check that the other wrote.
    waiting = {one.author for one in planted(TODAY) if one.state is ProposalState.PROPOSED}
    assert len(waiting) == 2 and ADMINISTRATOR in waiting
