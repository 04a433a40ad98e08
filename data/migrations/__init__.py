"""The steps that bring the tables of a store to their newest form (Alembic, run from code without any alembic.ini).

A new step is a new file in `versions/`, named `<four digits>_<what it does>.py`, whose `down_revision` is the step
before. It is written by hand: after it, the tables must be those of `data.schema`, and a test compares the two.
"""

from __future__ import annotations

from pathlib import Path

import duckdb_sqlalchemy.alembic_impl  # noqa: F401  tells Alembic how DuckDB speaks
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection


def _config(connection: Connection | None = None) -> Config:
    # No file name: Alembic then leaves logging alone and asks us for everything.
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    """Run the steps this store has not had yet, inside the connection's transaction."""
    command.upgrade(_config(connection), "head")


def newest() -> str | None:
    """The name of the newest step this code knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def is_known(connection: Connection) -> bool:
    """Whether this code knows the step the store has come to; not so when a newer version made it."""
    current = MigrationContext.configure(connection).get_current_revision()
    return current is None or any(step.revision == current for step in _steps())


def _steps() -> list[Script]:
    return list(ScriptDirectory.from_config(_config()).walk_revisions())


def is_current(connection: Connection) -> bool:
    """Whether the store behind the connection has had every step."""
    return MigrationContext.configure(connection).get_current_revision() == newest()
