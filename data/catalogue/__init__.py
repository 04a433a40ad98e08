"""The facts of the Danish health service the product stands on, each with its source, and their way into the store.

Facts are CSV and YAML files in this folder; `files.py` declares what each holds, `reader.py` reads and refuses,
`tables.py` turns them into rows. README.md says where they come from and what is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Table, delete, select

from data import schema
from data.catalogue.files import FILES, names_are_free
from data.catalogue.reader import CatalogueError, Facts, Problem, read_facts
from data.catalogue.tables import frames, source_text
from data.store import bulk_insert, bulk_upsert, write_info

__all__ = ["FOLDER", "CatalogueError", "CatalogueSummary", "Facts", "Problem", "load", "read", "source_text"]

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class CatalogueSummary:
    """What was loaded: number of rows by table name, and the SHA-256 of the files they came from."""

    rows: Mapping[str, int]
    sha256: str


def read(folder: Path = FOLDER) -> Facts:
    """The facts in `folder`, checked.

    Raises
    ------
    CatalogueError
        Naming file, line, column and value of everything that is wrong, and how to mend it.
    """
    return read_facts(folder, FILES, across=(names_are_free,))


def load(connection: Connection, folder: Path = FOLDER) -> CatalogueSummary:
    """Put the catalogue into the store inside the connection's transaction, in place of what it held of it before.

    Loading again changes nothing. What the catalogue does not hold is left alone: demo rows, units, indicators, aliases
    and targets made on screen, units an administrator has changed (`data.organisation`), and everything delivered. A
    unit or indicator is never removed, since observations may speak of it; it is given an end date instead.

    Raises
    ------
    CatalogueError
        A file was refused; nothing has been changed.
    """
    facts = read(folder)
    counts = {table.name: _replace(connection, table, frame) for table, frame in frames(facts).items()}
    digest = fingerprint(folder)
    write_info(connection, "catalogue_sha256", digest)
    return CatalogueSummary(counts, digest)


def fingerprint(folder: Path = FOLDER) -> str:
    """SHA-256 over names and contents of the catalogue's files."""
    digest = sha256()
    for file in FILES:
        for path in sorted(folder.glob(file.name)):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _replace(connection: Connection, table: Table, frame: pd.DataFrame) -> int:
    if table in (schema.target, schema.national_figure, schema.pathway_step):
        connection.execute(delete(table).where(table.c.id < 0))
        return bulk_insert(connection, table, frame)
    if table is schema.unit_group_member:
        # Who belongs to a group of the catalogue is the catalogue's business, so that a municipality can move.
        connection.execute(delete(table).where(table.c.group_code.in_(frame["group_code"].unique().tolist())))
        return bulk_insert(connection, table, frame)
    if table is schema.indicator:
        # Whoever made an indicator here keeps its code, with all its versions, whatever a later edition calls its own.
        ours = schema.definition_proposal.c
        made_here = connection.scalars(select(ours.indicator_code).where(ours.state == "approved").distinct())
        frame = frame[~frame["code"].isin(list(made_here))]
    return bulk_upsert(connection, table, frame[~_is_taken(connection, table, frame)])


def _is_taken(connection: Connection, table: Table, frame: pd.DataFrame) -> pd.Series:
    """Which rows of `frame` would take the place of a row that is not the catalogue's."""
    key = [column.name for column in table.primary_key]
    if "is_demo" in table.columns:
        is_kept: ColumnElement[bool] = table.c.is_demo
        if table is schema.unit:
            # Renamed, merged or closed here: what an administrator decided outlives the next edition of the catalogue.
            changed = select(schema.unit_change.c.unit_code).where(schema.unit_change.c.withdrawn_at.is_(None))
            is_kept = is_kept | table.c.code.in_(changed)
        taken = select(*(table.c[name] for name in key)).where(is_kept)
    elif table is schema.unit_alias:
        taken = select(table.c.alias_key).where(table.c.unit_code.not_in(frame["unit_code"].unique().tolist()))
    else:
        return pd.Series(False, index=frame.index)
    keys = {tuple(row) for row in connection.execute(taken)}
    return pd.Series([tuple(row) in keys for row in frame[key].itertuples(index=False)], index=frame.index)
