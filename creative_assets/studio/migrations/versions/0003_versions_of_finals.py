"""Which outputs of the stages the finals were made from."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what was shown before knows none."""
    for table in ("finals", "decisions"):
        column = sa.Column("versions_json", sa.Text, nullable=False, server_default="{}")
        op.add_column(table, column)


def downgrade() -> None:
    """Drop the columns."""
    for table in ("finals", "decisions"):
        op.drop_column(table, "versions_json")
