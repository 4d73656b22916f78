"""What the checks measured and found on the finals that people decide on."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; finals shown before it have no reports until they are shown again."""
    column = sa.Column("checks_json", sa.Text, nullable=False, server_default="[]")
    op.add_column("finals", column)


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("finals", "checks_json")
