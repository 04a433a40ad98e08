"""A copy of the whole store in one file, and the way back."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, inspect
from sqlalchemy.engine import make_url

from data.errors import DataError, StoreUnavailable
from data.schema import store_info
from data.store import LOCKED, Store
from indicators.words import Words

THERE_ALREADY = Words(
    "Filen {path} findes allerede. Vælg et andet navn, så en ældre sikkerhedskopi ikke går tabt.",
    "The file {path} is there already. Choose another name, so that no older backup is lost.",
)
NO_FOLDER = Words("Mappen {path} findes ikke.", "There is no folder {path}.")
ONLY_DUCKDB = Words(
    "Kun en DuckDB-database kan kopieres herfra. Brug pg_dump og pg_restore til PostgreSQL.",
    "Only a DuckDB store can be copied from here. Use pg_dump and pg_restore for PostgreSQL.",
)
NO_BACKUP = Words("Der er ingen fil {path}.", "There is no file {path}.")
NOT_OURS = Words(
    "{path} er ikke en sikkerhedskopi af Tavle. Intet er ændret.", "{path} is no backup of Tavle. Nothing has changed."
)


class BackupError(DataError):
    """A backup that cannot be written or read; nothing has changed."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done: the store that is in use now, and where the one before it was kept (None: there was none)."""

    store: Path
    kept: Path | None
    data_version: int


def backup(store: Store, path: Path) -> int:
    """Copy the store as it is at this moment to a new file, and return its size in bytes.

    Reading goes on meanwhile; writes wait. The file appears under its name only when it is complete, readable by this
    user alone.

    Raises
    ------
    BackupError
        The file is there already, its folder is not, or the store is no DuckDB.
    """
    if store.url.get_backend_name() != "duckdb":
        raise BackupError(ONLY_DUCKDB)
    if path.exists():
        raise BackupError(THERE_ALREADY, path=path)
    if not path.parent.is_dir():
        raise BackupError(NO_FOLDER, path=path.parent)
    unfinished = path.with_name(f".{path.name}.{uuid4().hex}")
    alias = f"copy_{uuid4().hex}"

    def copy(connection: Connection) -> None:
        here = connection.exec_driver_sql("SELECT current_database()").scalar_one()
        target = str(unfinished).replace("'", "''")
        connection.exec_driver_sql(f"ATTACH '{target}' AS {alias}")
        connection.exec_driver_sql(f'COPY FROM DATABASE "{here}" TO {alias}')

    try:
        try:
            store.write(copy, changes_data=False)
        finally:
            with store.read() as connection:
                connection.exec_driver_sql(f"DETACH DATABASE IF EXISTS {alias}")
        unfinished.chmod(0o600)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path.stat().st_size


def restore(url: str, path: Path, *, stamp: str) -> Restored:
    """Put a backup in the place of the store at `url`; what was there is kept beside it, with `stamp` in its name.

    Raises
    ------
    BackupError
        There is no such file, or it is no backup of Tavle.
    StoreUnavailable
        The store is in use: stop the server first.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "duckdb" or not parsed.database or parsed.database.startswith(":memory:"):
        raise BackupError(ONLY_DUCKDB)
    if not path.is_file():
        raise BackupError(NO_BACKUP, path=path)
    place = Path(parsed.database)
    if place.exists():
        _require_free(url)
    place.parent.mkdir(parents=True, exist_ok=True)
    new = place.with_name(f".{place.name}.{uuid4().hex}")
    try:
        shutil.copyfile(path, new)
        version = _version_of(new, path)
        kept = None
        if place.exists():
            kept = place.with_name(f"{place.stem}.before-{stamp}{place.suffix}")
            place.replace(kept)
            # What a crash left unmerged belongs to the old file; beside the new one it would be played into it.
            log = place.with_name(f"{place.name}.wal")
            if log.exists():
                log.replace(kept.with_name(f"{kept.name}.wal"))
        new.replace(place)
        place.chmod(0o600)
    finally:
        new.unlink(missing_ok=True)
    return Restored(place, kept, version)


def _require_free(url: str) -> None:
    """Raise while another process holds the store; one that is broken is what restoring is for."""
    try:
        Store.open(url).close()
    except StoreUnavailable as error:
        if error.words is LOCKED:
            raise


def _version_of(copy: Path, named: Path) -> int:
    try:
        store = Store.open(f"duckdb:///{copy}")
    except StoreUnavailable as error:
        raise BackupError(NOT_OURS, path=named) from error
    try:
        with store.read() as connection:
            is_ours = inspect(connection).has_table(store_info.name)
        if not is_ours:
            raise BackupError(NOT_OURS, path=named)
        store.migrate()  # a backup of an older version is brought up before it is put in place
        return store.data_version()
    finally:
        store.close()
