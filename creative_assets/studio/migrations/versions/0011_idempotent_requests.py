"""Requests with a key of their sender's, and what they were answered."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "idempotent_requests",
        sa.Column("key_sha256", sa.Text, primary_key=True),
        sa.Column("request_sha256", sa.Text, nullable=False),
        sa.Column("begun_at", sa.Double, nullable=False),
        sa.Column("answer_json", sa.Text),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("idempotent_requests")
