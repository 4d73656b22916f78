"""Alembic's way in: `records.open_records` runs it, on its own connection and transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
