from __future__ import annotations

from data import reading
from data.access import SYSTEM
from data.queries import catalogue, units
from data.store import Store


def test_targets_of_many_series_are_those_asked_for_one_by_one(store: Store) -> None:
    """Over the real catalogue: every indicator with a target, in units of every kind."""
    known = {one.code: one for one in catalogue.indicators(store, SYSTEM)}
    some = ["DK", "1084", "OEST", "1081", "NOH", "219"]
    assert {units.get(store, SYSTEM, code).kind for code in some} == {"nation", "region", "hospital", "municipality"}
    pairs = [(code, unit_code) for code in known for unit_code in some]
    with store.read() as connection:
        together = reading.targets(connection, pairs, known)
    alone = {pair: catalogue.targets(store, SYSTEM, *pair) for pair in pairs}
    assert any(alone.values())
    assert {pair: found for pair, found in together.items() if found} == {
        pair: found for pair, found in alone.items() if found
    }


def test_definitions_read_in_bulk_are_the_newest_versions(store: Store) -> None:
    with store.read() as connection:
        found = reading.definitions(connection)
    assert list(found.values()) == sorted(catalogue.indicators(store, SYSTEM), key=lambda one: one.code)
