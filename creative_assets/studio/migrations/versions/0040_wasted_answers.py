"""Answers that could not be used, each by an ID of its own, so that none is booked twice."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; what was booked before stays in the generations' sums."""
    op.create_table(
        "wasted_answers",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("generation_key", sa.Text, nullable=False),
        sa.Column("cost_usd", sa.Double),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("wasted_answers")
