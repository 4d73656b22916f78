"""Review: the finals that people decide on, and the log of decisions."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "finals",
        sa.Column("variant_key", sa.Text, primary_key=True),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("files_json", sa.Text, nullable=False),
        sa.Column("failed_checks_json", sa.Text, nullable=False),
        sa.Column("shown_at", sa.Double, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("told_revision", sa.Integer, nullable=False),
    )
    op.create_table(
        "decisions",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("variant_key", sa.Text, nullable=False),
        sa.Column("follows", sa.Integer, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("scope", sa.Text),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("words_json", sa.Text),
        sa.Column("override_reason", sa.Text),
        sa.Column("overridden_json", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("verified", sa.Boolean, nullable=False),
        sa.Column("decided_through", sa.Text, nullable=False),
        sa.Column("decided_at", sa.Double, nullable=False),
        sa.Column("finals_version", sa.Text, nullable=False),
        sa.Column("finals_sha256", sa.Text, nullable=False),
        sa.Column("files_json", sa.Text, nullable=False),
        sa.UniqueConstraint("variant_key", "follows", name="decisions_in_a_row"),
    )
    op.create_index("decisions_of_finals", "decisions", ["variant_key", "finals_sha256"])


def downgrade() -> None:
    """Drop the tables."""
    for name in ("decisions", "finals"):
        op.drop_table(name)
