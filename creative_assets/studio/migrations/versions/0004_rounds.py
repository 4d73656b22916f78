"""What became of each change request."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "rounds",
        sa.Column("decision_id", sa.Text, primary_key=True),
        sa.Column("variant_key", sa.Text, nullable=False),
        sa.Column("before_version", sa.Text, nullable=False),
        sa.Column("begun_at", sa.Double, nullable=False),
        sa.Column("after_version", sa.Text),
        sa.Column("made_json", sa.Text, nullable=False),
        sa.Column("cost_usd", sa.Double),
        sa.Column("error", sa.Text),
        sa.Column("ended_at", sa.Double),
    )
    op.create_index("rounds_of_variant", "rounds", ["variant_key"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("rounds")
