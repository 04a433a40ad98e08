"""The store: one DuckDB file (or PostgreSQL by URL), many readers, one writer.

DuckDB lets one process in, and two transactions that write the same rows end in a conflict. So every write goes through
one thread, in the order it was asked for; reads have connections of their own and see what is committed.
"""

from __future__ import annotations

import json
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from time import sleep
from typing import Any, TypeVar, cast
from uuid import uuid4

import pandas as pd
import pyarrow as pa
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Connection,
    Date,
    DateTime,
    Double,
    Integer,
    String,
    Table,
    TextClause,
    create_engine,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from data.errors import StoreUnavailable
from data.schema import store_info
from data.shelf import Shelf
from indicators.words import Words

__all__ = ["Store", "StoreUnavailable", "bulk_insert", "bulk_upsert", "read_info", "stored_moment", "write_info"]

Result = TypeVar("Result")

_REMEMBERED = 500
_REMEMBERED_LARGE = 40
_KEPT = 2000
_ROWS_AT_ONCE = 50_000

MISSING = Words(
    "Der er ingen database i {path}. Kør »tavle serve« for at oprette den, eller ret TAVLE_DATABASE_URL.",
    "There is no store at {path}. Run “tavle serve” to create it, or correct TAVLE_DATABASE_URL.",
)
LOCKED = Words(
    "Databasen {path} er i brug af et andet program{process}. Luk det, eller vent, til det er færdigt, og prøv igen.",
    "The store {path} is in use by another program{process}. Close it, or wait until it has finished, and try again.",
)
UNREADABLE = Words(
    "Databasen {path} kan ikke åbnes. Kontrollér, at det er en Tavle-database, og at du må læse og skrive i mappen.",
    "The store {path} cannot be opened. Check that it is a Tavle store and that you may read and write in its folder.",
)
WRONG_URL = Words(
    "TAVLE_DATABASE_URL er ikke en adresse, Tavle kender. Den skal begynde med duckdb:/// eller postgresql+psycopg://.",
    "TAVLE_DATABASE_URL is not an address Tavle knows. It must begin with duckdb:/// or postgresql+psycopg://.",
)
NO_ANSWER = Words(
    "Databaseserveren svarer ikke. Kontrollér adressen i TAVLE_DATABASE_URL, og at serveren kører.",
    "The database server does not answer. Check the address in TAVLE_DATABASE_URL and that the server runs.",
)
NO_DRIVER = Words(
    "Der mangler en driver til den database, som TAVLE_DATABASE_URL peger på. Installér psycopg for PostgreSQL.",
    "The driver for the database in TAVLE_DATABASE_URL is not installed. Install psycopg for PostgreSQL.",
)
NEWER = Words(
    "Databasen {path} er lavet af en nyere udgave af Tavle. Installér den nyeste udgave, eller læg en ældre "
    "sikkerhedskopi ind.",
    "The store {path} was made by a newer version of Tavle. Install the newest version, or restore an older backup.",
)
BEHIND = Words(
    "Databasen {path} er lavet af en ældre udgave af Tavle. Kør »tavle serve« for at opdatere den.",
    "The store {path} was made by an older version of Tavle. Run “tavle serve” to update it.",
)
CLOSED = Words("Databasen er lukket. Start Tavle igen.", "The store is closed. Start Tavle again.")

# Extensions are built into the wheel or not used at all: nothing may be fetched over the network behind our back.
# Python variables are handed over by name with register() and never picked up from the caller's scope.
_DUCKDB_CONFIG = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
}


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer, the version of the data when its working out began, and what it depends on (None: anything)."""

    answer: object
    version: int
    about: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """An answer somebody is working out."""

    thread_id: int
    future: Future[Any]


class Store:
    """The open store of one process.

    `small_number` and `deadline_day` are the installation's rules for small numbers (architecture rule 2) and for when
    a month is late. They live here so that no page can forget to hand them on; every query takes them from its store.

    Examples
    --------
    >>> store = Store.open("duckdb:///:memory:", create=True)
    >>> store.migrate()
    >>> store.write(lambda connection: write_info(connection, "is_demo", "true"))
    >>> store.is_demo
    True
    >>> store.close()
    """

    def __init__(self, url: URL, *, small_number: int = 5, deadline_day: int = 10) -> None:
        self.small_number = small_number
        self.deadline_day = deadline_day
        self.url = url
        arguments: dict[str, Any] = {"pool_size": 10, "max_overflow": 30, "pool_pre_ping": False}
        if url.get_backend_name() == "duckdb":
            arguments["connect_args"] = {"config": dict(_DUCKDB_CONFIG)}
        self._engine = create_engine(url, **arguments)
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store-writer")
        self._writer_id: int | None = None
        self._is_closed = False
        # DuckDB lets nobody else write, so the version is asked for once. A write sets it when it is committed, and
        # before whoever asked for the write goes on.
        self._is_alone = url.get_backend_name() == "duckdb"
        self._version: int | None = None
        self._n_writes = 0
        self._shelf = Shelf(_KEPT)
        self._memory: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._large: OrderedDict[Hashable, None] = OrderedDict()  # keys of large answers, the oldest first
        self._under_way: dict[tuple[Hashable, int], _UnderWay] = {}
        self._changed: dict[str, int] = {}  # the version in which an indicator's figures last changed
        self._changed_all = 0  # and the one in which anything may have
        self._memory_lock = threading.Lock()
        # Held for as long as the store is open: it keeps the file locked to this process, and an in-memory store alive.
        self._anchor = self._engine.connect()

    # ---------------------------------------------------------------------------------------------- opening, closing

    @classmethod
    def open(cls, url: str, *, create: bool = False, small_number: int = 5, deadline_day: int = 10) -> Store:
        """Open the store at `url`; with `create`, a file that is not there is made (empty: call `migrate`).

        Raises
        ------
        StoreUnavailable
            The file is missing, held by another process, no DuckDB file or not readable; the address is unknown; the
            database server does not answer. `.reason(language)` says which and what to do.
        """
        try:
            parsed = make_url(url)
            backend = parsed.get_backend_name()
        except ArgumentError as error:
            raise StoreUnavailable(WRONG_URL) from error
        if backend not in ("duckdb", "postgresql"):
            raise StoreUnavailable(WRONG_URL)
        path = ""
        if backend == "duckdb":
            path = parsed.database or ":memory:"
            if path == ":memory:":
                # A name of its own makes one in-memory database that all connections of this store share.
                parsed = parsed.set(database=f":memory:{uuid4().hex}")
            elif not path.startswith(":memory:"):
                if create:
                    _make_folder(Path(path))
                elif not Path(path).is_file():
                    raise StoreUnavailable(MISSING, path=path)
        try:
            return cls(parsed, small_number=small_number, deadline_day=deadline_day)
        except DBAPIError as error:
            raise _unavailable(error, path) from error
        except (ModuleNotFoundError, NoSuchModuleError) as error:
            raise StoreUnavailable(NO_DRIVER) from error

    def close(self) -> None:
        """Finish the writes already asked for, then let go of the file. Closing twice does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        self._writer.shutdown(wait=True)
        self._anchor.close()
        self._engine.dispose()

    def migrate(self) -> None:
        """Bring the tables to the newest form. A store that is there already is left as it is.

        Raises
        ------
        StoreUnavailable
            A newer version of the code made the store: this one would write into tables it does not know.
        """
        from data.migrations import upgrade

        if self.is_newer():
            raise StoreUnavailable(NEWER, path=self.url.database)
        self.write(upgrade, changes_data=False)

    def is_migrated(self) -> bool:
        """Whether the tables have the form this version of the code expects."""
        from data.migrations import is_current

        with self.read() as connection:
            return is_current(connection)

    def is_newer(self) -> bool:
        """Whether a newer version of the code has brought the tables further than this one knows."""
        from data.migrations import is_known

        with self.read() as connection:
            return not is_known(connection)

    def require_current(self) -> None:
        """Raise StoreUnavailable, with what to do, unless the tables have the form this version of the code expects."""
        if not self.is_migrated():
            raise StoreUnavailable(NEWER if self.is_newer() else BEHIND, path=self.url.database)

    # ---------------------------------------------------------------------------------------------- reading, writing

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one committed state of the store for as long as it is held."""
        if self._is_closed:
            raise StoreUnavailable(CLOSED)
        with self._engine.connect() as connection:
            yield connection

    def write(
        self,
        function: Callable[[Connection], Result],
        *,
        changes_data: bool = True,
        about: Collection[str] | None = None,
    ) -> Result:
        """Run `function(connection)` in one transaction on the writer thread and return what it returns.

        Writes run one after another in the order they were asked for. An exception rolls everything back and comes out
        here. `changes_data=False` is for writes that no figure depends on (a sign-in, a last-seen time): they leave
        `data_version` alone, so that caches stay warm. `about` names the indicators whose figures may change, and
        promises that nothing else does: see `remember`.

        Raises
        ------
        StoreUnavailable
            The store is closed.
        RuntimeError
            Called from inside a write: the inner one would wait for the outer for ever. Hand the connection on instead.
        """
        if threading.get_ident() == self._writer_id:
            raise RuntimeError("store.write inside a write: hand the connection on instead")
        try:
            future = self._writer.submit(self._transaction, function, changes_data, about)
        except RuntimeError as error:  # the executor has been shut down
            raise StoreUnavailable(CLOSED) from error
        return future.result()

    def write_soon(self, function: Callable[[Connection], Result]) -> Future[Result]:
        """Put a write in line and do not wait for it: for notes on what was read, such as when a key was last used.

        No figure may depend on it: `data_version` is left alone, and whoever closes the store waits for it.
        """
        if self._is_closed:
            raise StoreUnavailable(CLOSED)
        return self._writer.submit(self._transaction, function, False)

    def _transaction(
        self, function: Callable[[Connection], Result], changes_data: bool, about: Collection[str] | None = None
    ) -> Result:
        self._writer_id = threading.get_ident()
        version = None
        with self._engine.begin() as connection:
            result = function(connection)
            if changes_data:
                version = int(read_info(connection, "data_version") or 0) + 1
                write_info(connection, "data_version", str(version))
        self._n_writes += 1  # on the one writer thread
        if version is not None and self._is_alone:
            self._has_changed(version, about)
        return result

    def _has_changed(self, version: int, about: Collection[str] | None) -> None:
        with self._memory_lock:
            if about is None:
                self._changed_all = version
                self._changed.clear()
            else:
                self._changed.update(dict.fromkeys(about, version))
            self._version = version
            for key in [key for key, kept in self._memory.items() if not self._is_fresh(kept, version)]:
                del self._memory[key]

    def remember(
        self,
        key: Hashable,
        compute: Callable[[], Result],
        *,
        about: Collection[str] | None = None,
        is_large: bool = False,
    ) -> Result:
        """What `compute()` gave for this key since data last changed; computed now if it was not asked for yet.

        For answers that are dear to work out and the same for everybody with the same key. What comes back is shared:
        do not change it. The newest 500 answers are kept. Several threads that ask for the same thing at the same time
        wait for the first of them, instead of working it out side by side.

        `about` names the indicators whose figures the answer depends on: writes that say what they are about leave the
        answer alone if that is something else. An empty `about` depends on no figures at all; None depends on anything.
        Of answers of a megabyte (`is_large`), finished pages say, only the newest 40 are kept.
        """
        version = self.data_version()
        topics = None if about is None else frozenset(about)
        me = threading.get_ident()
        with self._memory_lock:
            kept = self._memory.get(key)
            if kept is not None and self._is_fresh(kept, version):
                self._memory.move_to_end(key)
                return cast("Result", kept.answer)
            way = self._under_way.get((key, version))
            is_first = way is None
            if way is None:
                way = self._under_way[key, version] = _UnderWay(me, Future())
        if not is_first and way.thread_id == me:
            return compute()  # an answer that asks for itself would wait for itself
        if not is_first:
            try:
                return cast("Result", way.future.result())
            except CancelledError:
                # Whoever worked it out was told to stop; that is nothing to those who only waited for the answer.
                return self.remember(key, compute, about=about, is_large=is_large)
        try:
            answer = compute()
        except BaseException as error:
            self._arrive(key, version, way)  # first, so that those who waited do not find it again
            way.future.set_exception(error)
            raise
        else:
            way.future.set_result(answer)
            with self._memory_lock:
                # If data changed meanwhile, the version says so and the next one asks again.
                self._memory[key] = _Kept(answer, version, topics)
                self._memory.move_to_end(key)
                if is_large:
                    self._large[key] = None
                    self._large.move_to_end(key)
                self._forget()
            return answer
        finally:
            self._arrive(key, version, way)

    def _arrive(self, key: Hashable, version: int, way: _UnderWay) -> None:
        with self._memory_lock:
            if self._under_way.get((key, version)) is way:
                del self._under_way[key, version]

    def remembered(self, key: Hashable) -> object | None:
        """What `remember` has for this key and would give without working anything out; None where it has nothing."""
        version = self.data_version()
        with self._memory_lock:
            kept = self._memory.get(key)
            return kept.answer if kept is not None and self._is_fresh(kept, version) else None

    @property
    def moment(self) -> int | None:
        """A number that grows with every committed write of any kind, before whoever asked for the write goes on.

        None where others may write too (PostgreSQL): there nothing can be known to have stayed as it was.
        """
        return self._n_writes if self._is_alone else None

    def until_written(self, key: Hashable, compute: Callable[[], Result]) -> Result:
        """What `compute()` gave for this key since anything at all was written: see `data.shelf`.

        For what is asked for with every request. What comes back is shared: do not change it. It must not be None.
        """
        moment = self.moment
        return compute() if moment is None else self._shelf.take(key, moment, compute)

    def remember_each(
        self, keys: Mapping[str, Hashable], compute: Callable[[list[str]], Mapping[str, Result]]
    ) -> dict[str, Result]:
        """`remember` for one answer per indicator, where those that are missing are best worked out together.

        `keys` has the key of each indicator's answer; `compute(codes)` gives the answers that are missing, each of
        which depends on the figures of its own indicator alone.
        """
        version = self.data_version()
        with self._memory_lock:
            there = {code: self._memory.get(key) for code, key in keys.items()}
            found = {
                code: cast("Result", kept.answer)
                for code, kept in there.items()
                if kept is not None and self._is_fresh(kept, version)
            }
        if missing := [code for code in keys if code not in found]:
            made = compute(missing)
            with self._memory_lock:
                for code in missing:
                    self._memory[keys[code]] = _Kept(made[code], version, frozenset((code,)))
                self._forget()
            found |= made
        return found

    def give_way(self) -> None:
        """Let others have their answers first: wait while some are being worked out, 25 ms at most.

        For long work between two of its small steps. Python runs one thread at a time and shares the time evenly, so
        that an answer of 15 ms takes twice as long beside a large delivery, and several at once many times as long.
        """
        for _ in range(25):
            if not self._under_way:
                return
            sleep(0.001)

    def _forget(self) -> None:
        while len(self._large) > _REMEMBERED_LARGE:
            self._memory.pop(self._large.popitem(last=False)[0], None)
        while len(self._memory) > _REMEMBERED:
            self._large.pop(self._memory.popitem(last=False)[0], None)

    def _is_fresh(self, kept: _Kept, version: int) -> bool:
        if kept.version == version:
            return True
        if kept.about is None or not self._is_alone:
            return False
        return kept.version >= max([self._changed_all, *(self._changed.get(topic, 0) for topic in kept.about)])

    # ---------------------------------------------------------------------------------------------- about the store

    def data_version(self) -> int:
        """A number that grows with every committed write that figures may depend on; made for cache keys."""
        known = self._version
        if known is not None:
            return known
        with self.read() as connection:
            version = int(read_info(connection, "data_version") or 0)
        if self._is_alone:
            with self._memory_lock:
                # A commit since it was read has set a newer one.
                if self._version is None:
                    self._version = version
        return version

    @property
    def is_demo(self) -> bool:
        """Whether the store holds simulated data; such a store is marked DEMO wherever it is shown."""
        with self.read() as connection:
            if not inspect(connection).has_table(store_info.name):
                return False
            return read_info(connection, "is_demo") == "true"


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(UNREADABLE, path=path) from error


def _unavailable(error: DBAPIError, path: str) -> StoreUnavailable:
    if not path:
        return StoreUnavailable(NO_ANSWER)
    said = str(error.orig)
    if "lock" in said:
        process = re.search(r"PID (\d+)", said)
        return StoreUnavailable(LOCKED, path=path, process=f" (PID {process[1]})" if process else "")
    return StoreUnavailable(UNREADABLE, path=path)


# ------------------------------------------------------------------------------------------------ facts about the store


def read_info(connection: Connection, key: str) -> str | None:
    """The fact kept under `key` in `store_info`, or None."""
    return connection.scalar(select(store_info.c.value).where(store_info.c.key == key))


def write_info(connection: Connection, key: str, value: str) -> None:
    """Keep `value` under `key` in `store_info`, in place of what was there."""
    changed = connection.execute(store_info.update().where(store_info.c.key == key).values(value=value))
    if changed.rowcount == 0:
        connection.execute(insert(store_info).values(key=key, value=value))


def stored_moment(moment: datetime) -> datetime:
    """A moment as the store keeps it: UTC without a zone. A moment without a zone is taken to be UTC already.

    Examples
    --------
    >>> from datetime import timedelta, timezone
    >>> stored_moment(datetime(2026, 11, 23, 9, 0, tzinfo=timezone(timedelta(hours=1))))
    datetime.datetime(2026, 11, 23, 8, 0)
    """
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


# ------------------------------------------------------------------------------------------------------ loading in bulk

_ARROW_TYPES: tuple[tuple[type, pa.DataType], ...] = (
    (BigInteger, pa.int64()),
    (Integer, pa.int32()),
    (Double, pa.float64()),
    (Boolean, pa.bool_()),
    (Date, pa.date32()),
    (DateTime, pa.timestamp("us")),
    (JSON, pa.string()),
    (String, pa.string()),
)


def bulk_insert(connection: Connection, table: Table, frame: pd.DataFrame) -> int:
    """Add the rows of `frame` to `table` inside the connection's transaction, and return how many there were.

    Columns are matched by name; columns the frame lacks stay empty, and an `id` it lacks is drawn from the table's
    sequence. NaN, NaT and None are empty. In JSON columns lists and dicts are written as JSON; strings are JSON.
    On DuckDB the rows go over as Arrow: 400,000 observations a second with their keys and checks, measured.

    Raises
    ------
    ValueError
        A column the table does not have.
    sqlalchemy.exc.IntegrityError
        A constraint of the table refuses a row; the transaction must be given up.
    """
    return _bulk(connection, table, frame, conflict="")


def bulk_upsert(connection: Connection, table: Table, frame: pd.DataFrame) -> int:
    """Like `bulk_insert`, but a row whose primary key is there already takes the place of the old one."""
    quote = connection.dialect.identifier_preparer.quote
    key = [column.name for column in table.primary_key]
    updates = [f"{quote(name)} = excluded.{quote(name)}" for name in map(str, frame.columns) if name not in key]
    then = f"UPDATE SET {', '.join(updates)}" if updates else "NOTHING"
    return _bulk(connection, table, frame, conflict=f"ON CONFLICT ({', '.join(map(quote, key))}) DO {then}")


def _bulk(connection: Connection, table: Table, frame: pd.DataFrame, *, conflict: str) -> int:
    unknown = [str(name) for name in frame.columns if name not in table.columns]
    if unknown:
        raise ValueError(f"{table.name} has no column {', '.join(unknown)}")
    if frame.empty:
        return 0
    quote = connection.dialect.identifier_preparer.quote
    names = [str(name) for name in frame.columns]
    rows = pa.table({name: _arrow_columns(frame[name], table.columns[name].type) for name in names})
    drawn = {
        column.name: f"nextval('{column.default.name}')"  # type: ignore[attr-defined]
        for column in table.primary_key
        if column.name not in names and column.default is not None and column.default.is_sequence
    }
    into = f"INSERT INTO {quote(table.name)} ({', '.join(map(quote, [*names, *drawn]))})"
    if connection.dialect.name == "duckdb":
        driver: Any = connection.connection.driver_connection
        view = f"rows_{uuid4().hex}"
        driver.register(view, rows)
        try:
            connection.exec_driver_sql(
                f"{into} SELECT {', '.join([*map(quote, names), *drawn.values()])} FROM {view} {conflict}"
            )
        finally:
            driver.unregister(view)
    else:
        values = ", ".join([*(f":{name}" for name in names), *drawn.values()])
        connection.execute(text(f"{into} VALUES ({values}) {conflict}"), rows.to_pylist())
    return len(frame)


def _arrow_columns(column: pd.Series, kind: Any) -> pa.ChunkedArray:
    """Some rows at a time: a million objects turned into Arrow in one go keep every other thread waiting meanwhile."""
    pieces: list[pa.Array] = []
    for first in range(0, len(column), _ROWS_AT_ONCE):
        piece = _arrow_column(column.iloc[first : first + _ROWS_AT_ONCE], kind)
        pieces += piece.chunks if isinstance(piece, pa.ChunkedArray) else [piece]
    return pa.chunked_array(pieces)


def _arrow_column(column: pd.Series, kind: Any) -> pa.Array | pa.ChunkedArray:
    target = next(arrow for sql, arrow in _ARROW_TYPES if isinstance(kind, sql))
    if isinstance(kind, JSON):
        texts = [one if one is None or isinstance(one, str) else json.dumps(one) for one in column.tolist()]
        return pa.array(texts, type=target)
    if isinstance(kind, DateTime):
        if isinstance(column.dtype, pd.DatetimeTZDtype):
            column = column.dt.tz_convert("UTC").dt.tz_localize(None)
        elif column.dtype == object:
            column = column.map(lambda one: stored_moment(one) if isinstance(one, datetime) else one)
    elif isinstance(kind, Integer) and column.dtype.kind == "f":
        # A whole number that may be empty comes from pandas as a float.
        return pa.array(column.astype("Int64"), type=target)
    return pa.array(column, type=target, from_pandas=True)


def bulk_read(connection: Connection, sql: TextClause, parameters: Mapping[str, Any]) -> pd.DataFrame:
    """The rows of a statement as a DataFrame, over Arrow on DuckDB (20 times faster than row by row).

    Dates come as `date`, moments as `datetime`, empty numbers as NaN, other empty cells as None.
    """
    if connection.dialect.name != "duckdb":
        result = connection.execute(sql, dict(parameters))
        rows = result.all()
        return pd.DataFrame({name: pd.Series([row[i] for row in rows]) for i, name in enumerate(result.keys())})
    if not connection.in_transaction():
        connection.begin()  # so that what is read here and after it is one state of the store
    driver: Any = connection.connection.driver_connection
    native = re.sub(r":(\w+)", r"$\1", sql.text)
    rows = driver.execute(native, dict(parameters)).to_arrow_table()
    return rows.to_pandas(date_as_object=True, timestamp_as_object=True)


def end_of_day(as_of: date | datetime | None) -> datetime | None:
    """The stored moment up to which "as of" looks: a date means to the end of that day (UTC), None means everything.

    Examples
    --------
    >>> end_of_day(date(2026, 11, 23))
    datetime.datetime(2026, 11, 23, 23, 59, 59, 999999)
    """
    if as_of is None:
        return None
    if isinstance(as_of, datetime):
        return stored_moment(as_of)
    return datetime.combine(as_of, time.max)
