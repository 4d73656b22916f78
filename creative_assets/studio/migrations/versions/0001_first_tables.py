"""The first tables: generations and their holders, briefs, variants, takes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "holders",
        sa.Column("holder", sa.Text, primary_key=True),
        sa.Column("alive_until", sa.Double, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_table(
        "generations",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("claimed_at", sa.Double, nullable=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("operation", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("campaign_id", sa.Text, nullable=False),
        sa.Column("variant_key", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("take", sa.Integer, nullable=False),
        sa.Column("request_json", sa.Text, nullable=False),
        sa.Column("result_path", sa.Text),
        sa.Column("result_sha256", sa.Text),
        sa.Column("result_bytes", sa.BigInteger),
        sa.Column("media_type", sa.Text),
        sa.Column("usage_json", sa.Text),
        sa.Column("cost_usd", sa.Double),
        sa.Column("list_price_usd", sa.Double),
        sa.Column("wasted_cost_usd", sa.Double, nullable=False),
        sa.Column("wasted_unpriced", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Double),
        sa.Column("request_id", sa.Text),
        sa.Column("error_class", sa.Text),
        sa.Column("error_message", sa.Text),
        sa.Column("completed_at", sa.Double),
    )
    op.create_index("generations_of_campaign", "generations", ["campaign_id"])
    op.create_table(
        "briefs",
        sa.Column("path", sa.Text, primary_key=True),
        sa.Column("campaign_id", sa.Text),
        sa.Column("accepted", sa.Boolean, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("stamps_json", sa.Text, nullable=False),
        sa.Column("problems_json", sa.Text, nullable=False),
        sa.Column("snapshot_path", sa.Text),
        sa.Column("checked_at", sa.Double, nullable=False),
    )
    op.create_index("briefs_of_campaign", "briefs", ["campaign_id"])
    op.create_table(
        "variants",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("campaign_id", sa.Text, nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("product_id", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("snapshot_path", sa.Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("launch", sa.Integer),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("failed_stage", sa.Text),
        sa.Column("error_class", sa.Text),
        sa.Column("error_message", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("cost_usd", sa.Double),
        sa.Column("run_id", sa.Text),
        sa.Column("updated_at", sa.Double, nullable=False),
    )
    op.create_index("variants_of_campaign", "variants", ["campaign_id"])
    op.create_index("variants_of_launch", "variants", ["launch"])
    op.create_table(
        "takes",
        sa.Column("variant_key", sa.Text, primary_key=True),
        sa.Column("stage", sa.Text, primary_key=True),
        sa.Column("asked_by", sa.Text, primary_key=True),
        sa.Column("take", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    for name in ("takes", "variants", "briefs", "generations", "holders"):
        op.drop_table(name)
