"""How pytest-xdist shares the tests out: what shares something expensive runs on one worker, the longest first.

Not by the mark `xdist_group`: pytest-xdist 3.8 hands it on by writing into a test's name, which pytest 9.2 no longer
reads. Every test was then a group of its own, without a word, and what a file makes once was made on every worker.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

FIRST = (
    "tests/journeys/",
    "tests/journeys/test_accessibility.py",
    "tests/properties/test_spc_engines.py",
    "tests/dashboards/shell/test_app.py",
    "tests/data/demo/",
    "tests/test_commands.py",
    "tests/dashboards/shell/test_real_pages.py",
    "tests/indicators/spc/test_conformance.py",
    "tests/indicators/spc/test_funnel.py",
    "tests/etl/test_pipeline.py",
    "tests/dashboards/test_evaluation_plans.py",
    "tests/dashboards/test_evaluation_effect.py",
    "tests/dashboards/test_evaluation_report.py",
    "tests/data/test_store.py",
)
"""The longest groups, in this order: none of them is begun last, when the other workers have nothing left to do.

Those with long waits (browser, servers, compiler) come first, and the demo's own tests after others: three workers that
need the demo at once would wait for the one that builds it.
"""


def group_of(nodeid: str) -> str:
    """The group of a test: its file, the demo's files together, the journeys on one of two boards.

    >>> group_of("tests/data/demo/test_truths.py::test_noise[leder@tavle.example]")
    'tests/data/demo/'
    >>> group_of("tests/journeys/test_accessibility.py::test_axe[maal]")
    'tests/journeys/test_accessibility.py'
    >>> group_of("tests/journeys/test_leader.py::test_a_choice"), group_of("indicators/spc/runs.py::indicators.spc")
    ('tests/journeys/', 'indicators/spc/runs.py')
    """
    path = nodeid.split("::", 1)[0]
    if path == "tests/journeys/test_accessibility.py":
        return path
    return next((group for group in FIRST if group.endswith("/") and path.startswith(group)), path)


class Groups(LoadScopeScheduling):
    """Hands out whole groups, in the order of the collection (see `order`)."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def order(nodeid: str) -> int:
    """Where in the collection a test stands: long groups first, all others as they were found.

    >>> order("tests/journeys/test_leader.py::test_a_choice"), order("tests/data/demo/test_truths.py::test_noise")
    (0, 4)
    >>> order("tests/test_docs.py::test_every_example") == len(FIRST)
    True
    """
    group = group_of(nodeid)
    return FIRST.index(group) if group in FIRST else len(FIRST)
