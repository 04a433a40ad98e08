from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError, ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest
from alembic import command
from sqlalchemy import func, inspect, select
from sqlalchemy.exc import IntegrityError

from data import migrations
from data.schema import audit_event, metadata, observation, role_grant, store_info
from data.store import Store, StoreUnavailable, bulk_insert, bulk_upsert, read_info, write_info


def observations(*values: float, unit: str = "NOH-KIR") -> pd.DataFrame:
    months = pd.date_range("2026-01-01", periods=len(values), freq="MS").date
    return pd.DataFrame(
        {
            "indicator_code": "SEPSIS",
            "indicator_version": 1,
            "unit_code": unit,
            "period_start": months,
            "period_kind": "month",
            "numerator": values,
            "denominator": 100.0,
            "note": "",
            "delivery_id": 1,
            "recorded_at": datetime(2026, 11, 1, 8, 0),
        }
    )


def count(store: Store) -> int:
    with store.read() as connection:
        return connection.scalar(select(func.count()).select_from(observation))


def test_migrations_make_exactly_the_tables_of_the_schema(tmp_path: Path) -> None:
    """Tables, columns with type and nullability, keys, checks and indexes: made by the steps, as `data.schema` says."""
    migrated = Store.open(f"duckdb:///{tmp_path / 'migrated.duckdb'}", create=True)
    migrated.migrate()
    declared = Store.open(f"duckdb:///{tmp_path / 'declared.duckdb'}", create=True)
    declared.write(metadata.create_all, changes_data=False)

    def form(store: Store) -> dict[str, object]:
        with store.read() as connection:
            reflected = inspect(connection)
            return {
                table: (
                    [(c["name"], str(c["type"]), c["nullable"]) for c in reflected.get_columns(table)],
                    reflected.get_pk_constraint(table)["constrained_columns"],
                    sorted(tuple(u["column_names"]) for u in reflected.get_unique_constraints(table)),
                    sorted(c["sqltext"] for c in reflected.get_check_constraints(table)),
                    sorted((i["name"], tuple(i["column_names"])) for i in reflected.get_indexes(table)),
                )
                for table in reflected.get_table_names()
                if table != "alembic_version"
            } | {"sequences": sorted(reflected.get_sequence_names())}

    made, wanted = form(migrated), form(declared)
    migrated.close()
    declared.close()
    assert set(made) == set(wanted)
    for table in wanted:
        assert made[table] == wanted[table], f"{table}: write the change into data/migrations as well as data/schema.py"


def test_migrating_twice_changes_nothing_and_a_store_knows_whether_it_is_migrated() -> None:
    store = Store.open("duckdb:///:memory:", create=True)
    assert not store.is_migrated()
    assert not store.is_demo
    store.migrate()
    store.migrate()
    assert store.is_migrated()
    store.close()


def test_a_store_that_is_not_there_is_said_so_and_not_made(tmp_path: Path) -> None:
    path = tmp_path / "var" / "tavle.duckdb"
    with pytest.raises(StoreUnavailable) as refused:
        Store.open(f"duckdb:///{path}")
    assert str(path) in refused.value.reason("da")
    assert "tavle serve" in refused.value.reason("en")
    assert not path.parent.exists()


def test_a_store_held_by_another_process_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "tavle.duckdb"
    script = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == "held"
        with pytest.raises(StoreUnavailable) as refused:
            Store.open(f"duckdb:///{path}")
    finally:
        other.communicate("")
    assert f"PID {other.pid}" in refused.value.reason("da")
    assert "i brug af et andet program" in refused.value.reason("da")
    Store.open(f"duckdb:///{path}").close()


@pytest.mark.parametrize("url", ["oracle://x", "tavle.duckdb", "mysql+nosuch://x/y"])
def test_an_unknown_address_is_said_so(url: str) -> None:
    with pytest.raises(StoreUnavailable, match="TAVLE_DATABASE_URL"):
        Store.open(url)


def test_a_file_that_is_no_store_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "tavle.duckdb"
    path.write_text("indikator;enhed;periode\n" * 500, encoding="utf-8")
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        Store.open(f"duckdb:///{path}")


def test_a_closed_store_refuses_in_words_and_closing_twice_is_fine(empty_store: Store) -> None:
    empty_store.close()
    empty_store.close()
    with pytest.raises(StoreUnavailable, match="closed"):
        empty_store.write(lambda connection: None)
    with pytest.raises(StoreUnavailable, match="closed"), empty_store.read():
        pass


def test_what_was_written_is_there_when_the_file_is_opened_again(tmp_path: Path) -> None:
    url = f"duckdb:///{tmp_path / 'deep' / 'tavle.duckdb'}"
    store = Store.open(url, create=True)
    store.migrate()
    store.write(lambda connection: write_info(connection, "is_demo", "true"))
    store.close()
    again = Store.open(url)
    assert again.is_demo
    again.close()


def test_an_error_rolls_the_whole_write_back_and_reaches_the_caller(empty_store: Store) -> None:
    def half(connection) -> None:
        bulk_insert(connection, observation, observations(1, 2, 3))
        write_info(connection, "seed", "1")
        raise ZeroDivisionError("half way")

    version = empty_store.data_version()
    with pytest.raises(ZeroDivisionError, match="half way"):
        empty_store.write(half)
    assert count(empty_store) == 0
    assert empty_store.data_version() == version
    with empty_store.read() as connection:
        assert read_info(connection, "seed") is None
    assert empty_store.write(lambda connection: bulk_insert(connection, observation, observations(1, 2))) == 2
    assert count(empty_store) == 2


def test_one_bad_row_in_bulk_refuses_all_of_them(empty_store: Store) -> None:
    with pytest.raises(IntegrityError):
        empty_store.write(lambda connection: bulk_insert(connection, observation, observations(1, 2, -3)))
    assert count(empty_store) == 0


def test_a_write_inside_a_write_is_refused_instead_of_waiting_for_ever(empty_store: Store) -> None:
    with pytest.raises(RuntimeError, match="inside a write"):
        empty_store.write(lambda connection: empty_store.write(lambda inner: None))


def test_bulk_insert_keeps_types_and_gaps(empty_store: Store) -> None:
    frame = observations(12, float("nan"))
    frame["period_start"] = pd.to_datetime(frame["period_start"])
    empty_store.write(lambda connection: bulk_insert(connection, observation, frame))
    with empty_store.read() as connection:
        rows = connection.execute(select(observation).order_by(observation.c.id)).all()
    assert [(row.period_start, row.numerator, row.value, row.recorded_at) for row in rows] == [
        (date(2026, 1, 1), 12.0, None, datetime(2026, 11, 1, 8, 0)),
        (date(2026, 2, 1), None, None, datetime(2026, 11, 1, 8, 0)),
    ]
    assert rows[0].id < rows[1].id


def test_bulk_insert_names_a_column_the_table_lacks(empty_store: Store) -> None:
    with pytest.raises(ValueError, match="observation has no column nævner"):
        empty_store.write(
            lambda connection: bulk_insert(
                connection, observation, observations(1).rename(columns={"sd": "x", "denominator": "nævner"})
            )
        )


def test_bulk_insert_draws_ids_that_single_inserts_go_on_from(empty_store: Store) -> None:
    empty_store.write(lambda connection: bulk_insert(connection, observation, observations(1, 2)))
    row = observations(3).iloc[0].to_dict()
    third = empty_store.write(
        lambda connection: connection.scalar(observation.insert().values(row).returning(observation.c.id))
    )
    assert third == 3


def test_bulk_upsert_replaces_by_key(empty_store: Store) -> None:
    for value in ("1", "2"):
        rows = pd.DataFrame({"key": ["seed", "other"], "value": [value, "same"]})
        empty_store.write(lambda connection, rows=rows: bulk_upsert(connection, store_info, rows))
    with empty_store.read() as connection:
        assert read_info(connection, "seed") == "2"


def test_data_version_grows_with_data_and_not_with_sign_ins(empty_store: Store) -> None:
    before = empty_store.data_version()
    empty_store.write(lambda connection: write_info(connection, "seen", "now"), changes_data=False)
    assert empty_store.data_version() == before
    empty_store.write(lambda connection: bulk_insert(connection, observation, observations(1)))
    assert empty_store.data_version() > before


def test_many_threads_write_and_read_at_once_and_readers_see_whole_deliveries_only(tmp_path: Path) -> None:
    store = Store.open(f"duckdb:///{tmp_path / 'tavle.duckdb'}", create=True)
    store.migrate()
    seen: list[int] = []
    wrong: list[BaseException] = []
    rows_per_write, writes_per_thread = 7, 10

    def write(number: int) -> None:
        try:
            for turn in range(writes_per_thread):
                frame = observations(*range(rows_per_write), unit=f"U{number}-{turn}")
                store.write(lambda connection, frame=frame: bulk_insert(connection, observation, frame))
        except BaseException as error:
            wrong.append(error)

    def read() -> None:
        try:
            for _ in range(30):
                with store.read() as connection:
                    first = connection.scalar(select(func.count()).select_from(observation))
                    second = connection.scalar(select(func.count()).select_from(observation))
                assert first == second, "a reader's view moved while it was held"
                seen.append(first)
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    threads += [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert all(number % rows_per_write == 0 for number in seen)
    assert count(store) == 6 * writes_per_thread * rows_per_write
    store.close()


def test_writes_run_in_the_order_they_were_asked_for_and_close_finishes_them(tmp_path: Path) -> None:
    url = f"duckdb:///{tmp_path / 'tavle.duckdb'}"
    store = Store.open(url, create=True)
    store.migrate()
    started, go_on = threading.Event(), threading.Event()

    def slow(connection) -> None:
        started.set()
        go_on.wait(10)
        write_info(connection, "order", "slow")

    def then(connection) -> None:
        write_info(connection, "order", read_info(connection, "order") + ", then")

    first = threading.Thread(target=store.write, args=(slow,))
    first.start()
    assert started.wait(10)
    second = threading.Thread(target=store.write, args=(then,))
    second.start()
    while store._writer._work_queue.qsize() == 0:
        pass
    closing = threading.Thread(target=store.close)
    closing.start()
    go_on.set()
    for thread in (first, second, closing):
        thread.join(10)
    again = Store.open(url)
    with again.read() as connection:
        assert read_info(connection, "order") == "slow, then"
    again.close()


def test_columns_named_like_sql_words_are_loaded_in_bulk_too(empty_store: Store) -> None:
    row = {"at": datetime(2026, 11, 1), "actor": "a", "action": "b", "subject": "c", "detail": {"n": [1, 2]}}
    frame = pd.DataFrame([row | {"previous_hash": "", "hash": ""}])
    empty_store.write(lambda connection: bulk_insert(connection, audit_event, frame))
    with empty_store.read() as connection:
        assert connection.scalar(select(audit_event.c.detail)) == {"n": [1, 2]}


def test_moments_with_a_zone_and_whole_numbers_with_gaps_are_stored_right(empty_store: Store) -> None:
    frame = observations(1, 2)
    frame["recorded_at"] = pd.Timestamp("2026-11-01 09:00", tz="Europe/Copenhagen")
    frame["indicator_version"] = [1.0, 2.0]
    empty_store.write(lambda connection: bulk_insert(connection, observation, frame))
    with empty_store.read() as connection:
        rows = connection.execute(select(observation.c.recorded_at, observation.c.indicator_version)).all()
    assert [tuple(row) for row in rows] == [(datetime(2026, 11, 1, 8, 0), 1), (datetime(2026, 11, 1, 8, 0), 2)]


def test_migrating_works_from_any_folder_and_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    handlers = list(logging.getLogger().handlers)
    store = Store.open("duckdb:///tavle.duckdb", create=True)
    store.migrate()
    store.close()
    assert logging.getLogger().handlers == handlers
    assert capfd.readouterr() == ("", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tavle.duckdb"]


def test_what_is_remembered_is_worked_out_once_per_state_of_the_data(empty_store: Store) -> None:
    asked: list[str] = []

    def work(answer: str) -> str:
        asked.append(answer)
        return answer

    assert empty_store.remember("key", lambda: work("first")) == "first"
    assert empty_store.remember("key", lambda: work("again")) == "first"
    assert empty_store.remember("other", lambda: work("other")) == "other"
    empty_store.write(lambda connection: None, changes_data=False)
    assert empty_store.remember("key", lambda: work("still")) == "first"
    empty_store.write(lambda connection: write_info(connection, "seed", "1"))
    assert empty_store.remember("key", lambda: work("second")) == "second"
    assert asked == ["first", "other", "second"]


def test_what_is_remembered_can_be_looked_up_without_working_it_out(empty_store: Store) -> None:
    assert empty_store.remembered("key") is None
    empty_store.remember("key", lambda: "first")
    assert empty_store.remembered("key") == "first"
    empty_store.write(lambda connection: write_info(connection, "seed", "1"))
    assert empty_store.remembered("key") is None


def test_who_waits_for_an_answer_that_is_given_up_works_it_out_instead(empty_store: Store) -> None:
    is_asked, may_stop = threading.Event(), threading.Event()

    def stopped() -> str:
        is_asked.set()
        assert may_stop.wait(5)
        raise CancelledError

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(empty_store.remember, "key", stopped)
        assert is_asked.wait(5)
        second = pool.submit(empty_store.remember, "key", lambda: "mine")
        may_stop.set()
        assert second.result(5) == "mine"
        with pytest.raises(CancelledError):
            first.result(5)
    assert empty_store.remembered("key") == "mine"


def test_an_answer_worked_out_while_data_changed_is_not_kept(empty_store: Store) -> None:
    def change_meanwhile() -> str:
        empty_store.write(lambda connection: write_info(connection, "seed", "1"))
        return "old"

    assert empty_store.remember("key", change_meanwhile) == "old"
    assert empty_store.remember("key", lambda: "new") == "new"


def test_a_write_about_some_indicators_leaves_answers_about_others_alone(empty_store: Store) -> None:
    def ask(said: str) -> list[str]:
        abouts = {"any": None, "none": (), "A": ["A"], "AB": ["A", "B"], "C": ["C"]}
        return [empty_store.remember(key, lambda: said, about=about) for key, about in abouts.items()]

    assert ask("first") == ["first"] * 5
    empty_store.write(lambda connection: None, about=["B"])
    assert ask("after B") == ["after B", "first", "first", "after B", "first"]
    empty_store.write(lambda connection: None, about=())
    assert ask("after nothing") == ["after nothing", "first", "first", "after B", "first"]
    empty_store.write(lambda connection: None)
    assert ask("after anything") == ["after anything"] * 5

    def change_meanwhile() -> str:
        empty_store.write(lambda connection: None, about=["A"])
        return "old"

    assert empty_store.remember("D", change_meanwhile, about=["D"]) == "old"
    assert empty_store.remember("D", lambda: "new", about=["D"]) == "old", "A has nothing to do with it"
    assert empty_store.remember("E", change_meanwhile, about=["A"]) == "old"
    assert empty_store.remember("E", lambda: "new", about=["A"]) == "new"


def test_many_who_ask_the_same_at_once_wait_for_one_who_works_it_out(empty_store: Store) -> None:
    asked, may_go = [], threading.Event()

    def work() -> str:
        asked.append(threading.get_ident())
        assert may_go.wait(10)
        return "answer"

    with ThreadPoolExecutor(8) as threads:
        answers = [threads.submit(empty_store.remember, "key", work) for _ in range(8)]
        while not asked:
            time.sleep(0.001)
        may_go.set()
        assert [one.result() for one in answers] == ["answer"] * 8
    assert len(asked) == 1


def test_a_failure_is_told_to_all_who_waited_and_not_kept(empty_store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        empty_store.remember("key", lambda: 1 / 0)
    assert empty_store.remember("key", lambda: empty_store.remember("key", lambda: 7) + 1) == 8, "it asks for itself"
    assert empty_store.remember("key", lambda: 9) == 8


def test_answers_for_several_indicators_are_worked_out_together_where_they_are_missing(empty_store: Store) -> None:
    asked: list[list[str]] = []

    def work(codes: list[str]) -> dict[str, int]:
        asked.append(codes)
        return {code: len(asked) for code in codes}

    def ask(*codes: str) -> dict[str, int]:
        return empty_store.remember_each({code: ("key", code) for code in codes}, work)

    assert ask("A", "B") == {"A": 1, "B": 1}
    assert ask("B", "C") == {"B": 1, "C": 2}
    empty_store.write(lambda connection: None, about=["B"])
    assert ask("A", "B", "C") == {"A": 1, "B": 3, "C": 2}
    empty_store.write(lambda connection: None)
    assert ask("A", "B", "C") == {"A": 4, "B": 4, "C": 4}
    assert asked == [["A", "B"], ["C"], ["B"], ["A", "B", "C"]]


def test_long_work_lets_an_answer_be_finished_first_and_does_not_wait_for_ever(
    empty_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    may_go = threading.Event()

    def work() -> list[int]:
        monkeypatch.setattr("data.store.sleep", slept.append)
        empty_store.give_way()  # as a writer would, while this answer is never done
        patient = len(slept)
        monkeypatch.setattr("data.store.sleep", lambda seconds: (slept.append(seconds), may_go.set(), time.sleep(0.2)))
        writer = threading.Thread(target=empty_store.give_way)
        writer.start()
        assert may_go.wait(10)
        return [patient, writer.is_alive()]

    assert empty_store.remember("key", work) == [25, True]
    slept.clear()
    empty_store.give_way()
    assert slept == [], "nobody waits for an answer"


def test_evaluators_of_before_keep_the_names_they_read_and_get_no_exact_counts(tmp_path: Path) -> None:
    store = Store.open(f"duckdb:///{tmp_path / 'old.duckdb'}", create=True)
    with store._engine.begin() as connection:
        command.upgrade(migrations._config(connection), "0004")
        for number, role in ((1, "evaluator"), (2, "leader")):
            connection.exec_driver_sql(
                f"INSERT INTO role_grant (id, account_id, role) VALUES ({number}, {number}, '{role}')"
            )
    store.migrate()
    with store.read() as connection:
        rows = connection.execute(select(role_grant).order_by(role_grant.c.id)).all()
    assert [(row.role, row.names, row.counts) for row in rows] == [("evaluator", True, False), ("leader", False, False)]
    store.close()
