"""Run by Alembic: takes the connection that `data.migrations.upgrade` hands over, with its transaction."""

from __future__ import annotations

from alembic import context

from data.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
