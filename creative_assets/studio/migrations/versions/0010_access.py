"""Who gets in: tokens and one-time links, by their hashes."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "access_tokens",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("secret_sha256", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("roles_json", sa.Text, nullable=False),
        sa.Column("brands_json", sa.Text),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.Column("revoked_at", sa.Double),
    )
    op.create_index("tokens_of_name", "access_tokens", ["name"])
    op.create_table(
        "sign_in_links",
        sa.Column("secret_sha256", sa.Text, primary_key=True),
        sa.Column("token_id", sa.Text, sa.ForeignKey("access_tokens.id"), nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.Column("used_at", sa.Double),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("sign_in_links")
    op.drop_table("access_tokens")
