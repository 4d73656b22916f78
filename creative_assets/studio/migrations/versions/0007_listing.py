"""What variants and finals are listed by: their brand, their bytes, their place and their cost."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns and indices; a variant's brand is known from its next version on."""
    op.add_column("variants", sa.Column("brand", sa.Text, nullable=False, server_default=""))
    op.add_column("finals", sa.Column("finals_sha256", sa.Text, nullable=False, server_default=""))
    _hash_finals()
    op.drop_index("variants_of_campaign", "variants")
    op.create_index("variants_of_campaign", "variants", ["campaign_id", "product_id", "locale"])
    op.drop_index("generations_of_campaign", "generations")
    op.create_index(
        "generations_of_campaign",
        "generations",
        ["campaign_id", "state", "cost_usd", "wasted_cost_usd", "wasted_unpriced"],
    )
    op.create_index("generations_of_variant", "generations", ["variant_key"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("generations_of_variant", "generations")
    op.drop_index("generations_of_campaign", "generations")
    op.create_index("generations_of_campaign", "generations", ["campaign_id"])
    op.drop_index("variants_of_campaign", "variants")
    op.create_index("variants_of_campaign", "variants", ["campaign_id"])
    op.drop_column("finals", "finals_sha256")
    op.drop_column("variants", "brand")


def _hash_finals() -> None:
    """Give each row the hash that `ShownFinals.sha256` says."""
    finals = sa.table("finals", *map(sa.column, ("variant_key", "files_json", "finals_sha256")))
    connection = op.get_bind()
    rows = connection.execute(sa.select(finals.c.variant_key, finals.c.files_json)).all()
    for key, files_json in rows:
        files = sorted(json.loads(files_json).items())
        lines = "\n".join(f"{name} {file['sha256']}" for name, file in files)
        sha256 = hashlib.sha256(lines.encode()).hexdigest()
        connection.execute(
            sa.update(finals).where(finals.c.variant_key == key).values(finals_sha256=sha256)
        )
