"""What was told to whom."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "notices",
        sa.Column("target", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("told_at", sa.Double, nullable=False),
    )
    op.create_index("notices_by_time", "notices", ["told_at"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("notices")
