"""The lines a chart is drawn with, phases and left-out points: how they stand and how they changed; inside `data`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, or_, select

from data.reading import Pair
from data.schema import audit_event, exclusion, phase


@dataclass(frozen=True, slots=True)
class LineChange:
    """One time somebody changed the lines of a series: `action` and `detail` are those of the audit trail."""

    at: datetime
    action: str
    author: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """The phases and left-out points a chart is drawn with, known by `mark`: another mark, other lines.

    `latest_author` is whoever changed them last, None where nobody has.
    """

    mark: str
    latest_author: str | None


def changes(connection: Connection, pair: Pair) -> list[LineChange]:
    """Every time somebody changed them, the oldest first."""
    columns = audit_event.c
    rows = connection.execute(
        select(columns.at, columns.action, columns.detail)
        .where(
            columns.subject == " ".join(pair),
            or_(columns.action.startswith("phase."), columns.action.startswith("exclusion.")),
        )
        .order_by(columns.id)
    )
    return [LineChange(row.at, row.action, str(row.detail.get("author", "")), row.detail) for row in rows]


def standing(connection: Connection, pair: Pair) -> Standing:
    """The lines of a series as they stand now."""

    def rows(table: Table) -> list[Row[Any]]:
        columns = table.c
        return list(
            connection.execute(
                select(columns.id, columns.author, columns.created_at, columns.withdrawn_at)
                .where(columns.indicator_code == pair[0], columns.unit_code == pair[1])
                .order_by(columns.id)
            )
        )

    found = {table.name: rows(table) for table in (phase, exclusion)}
    mark = ";".join(
        f"{name}:" + ",".join(str(row.id) for row in some if row.withdrawn_at is None) for name, some in found.items()
    )
    made_by = changes(connection, pair)
    if made_by:
        return Standing(mark, made_by[-1].author)
    made = sorted((row for some in found.values() for row in some), key=lambda row: row.created_at)
    return Standing(mark, made[-1].author if made else None)
