"""What became of publishing approved finals."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "publications",
        sa.Column("variant_key", sa.Text, primary_key=True),
        sa.Column("finals_sha256", sa.Text, primary_key=True),
        sa.Column("decision_id", sa.Text, nullable=False),
        sa.Column("manifest_path", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("ended_at", sa.Double, nullable=False),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("publications")
