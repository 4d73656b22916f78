"""Charges that know what came of them, so that one table tells what everything has cost."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

# Of several charges for one generation, the last one got the answer.
_ANSWERED_SO_FAR = """
UPDATE charges SET generations = 1, list_price_usd = COALESCE(
    (SELECT g.list_price_usd FROM generations g WHERE g.key = charges.generation_key), 0
)
WHERE EXISTS (
    SELECT 1 FROM generations g WHERE g.key = charges.generation_key AND g.state = 'done'
) AND id = (
    SELECT c.id FROM charges c WHERE c.generation_key = charges.generation_key
    ORDER BY c.begun_at DESC, c.id LIMIT 1
)
"""


def upgrade() -> None:
    """Add the columns, and fill them with what is known."""
    op.create_index("charges_of_generation", "charges", ["generation_key"])
    for name, kind in (("generations", sa.Integer), ("list_price_usd", sa.Double)):
        op.add_column("charges", sa.Column(name, kind, nullable=False, server_default="0"))
    op.execute(_ANSWERED_SO_FAR)


def downgrade() -> None:
    """Drop the columns."""
    op.drop_index("charges_of_generation", "charges")
    op.drop_column("charges", "generations")
    op.drop_column("charges", "list_price_usd")
