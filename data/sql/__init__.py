"""SQL longer than a few lines, one file each, named after the query that runs it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy import TextClause, text


@cache
def statement(name: str) -> TextClause:
    """The statement in `<name>.sql`; its places are written `:name`."""
    return text((Path(__file__).parent / f"{name}.sql").read_text(encoding="utf-8"))
