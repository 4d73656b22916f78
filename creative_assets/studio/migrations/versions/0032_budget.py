"""Budgets: what campaigns may cost, what they were charged, and who let one start."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

# What was paid before counts towards a budget from now on.
_CHARGES_SO_FAR = """
INSERT INTO charges SELECT
    key, key, holder, campaign_id, variant_key, stage, service, operation, model, claimed_at,
    attempts, COALESCE(cost_usd, 0) + wasted_cost_usd,
    wasted_unpriced + CASE WHEN state = 'done' AND cost_usd IS NULL THEN 1 ELSE 0 END, 0, FALSE
FROM generations
WHERE attempts > 0
"""
# Their budget is in no brief yet, and what they wait for was let in.
_CAMPAIGNS_SO_FAR = """
INSERT INTO campaigns (campaign_id, snapshot_path, gate, price, held_because)
SELECT campaign_id, MAX(snapshot_path), 'open', '', '' FROM variants GROUP BY campaign_id
"""


def upgrade() -> None:
    """Make the tables, and fill them with what is known."""
    op.create_table(
        "campaigns",
        sa.Column("campaign_id", sa.Text, primary_key=True),
        sa.Column("budget_usd", sa.Double),
        sa.Column("snapshot_path", sa.Text, nullable=False),
        sa.Column("gate", sa.Text, nullable=False),
        sa.Column("price", sa.Text, nullable=False),
        sa.Column("held_because", sa.Text, nullable=False),
    )
    op.create_table(
        "goes",
        sa.Column("campaign_id", sa.Text, primary_key=True),
        sa.Column("snapshot_path", sa.Text, primary_key=True),
        sa.Column("price", sa.Text, nullable=False),
        sa.Column("held_because", sa.Text, nullable=False),
        sa.Column("given_by", sa.Text, nullable=False),
        sa.Column("given_at", sa.Double, nullable=False),
    )
    op.create_table(
        "charges",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("generation_key", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("campaign_id", sa.Text, nullable=False),
        sa.Column("variant_key", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("operation", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("begun_at", sa.Double, nullable=False),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.Column("cost_usd", sa.Double, nullable=False),
        sa.Column("unpriced", sa.Integer, nullable=False),
        sa.Column("most_usd", sa.Double, nullable=False),
        sa.Column("under_way", sa.Boolean, nullable=False),
    )
    op.create_index("charges_of_campaign", "charges", ["campaign_id"])
    op.execute(_CHARGES_SO_FAR)
    op.execute(_CAMPAIGNS_SO_FAR)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("charges")
    op.drop_table("goes")
    op.drop_table("campaigns")
