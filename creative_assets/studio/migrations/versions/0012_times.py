"""When each variant was asked for, and when it was first done."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of variants before them the times are unknown."""
    for name in ("wanted_at", "ready_at"):
        op.add_column("variants", sa.Column(name, sa.Double))


def downgrade() -> None:
    """Drop the columns."""
    for name in ("ready_at", "wanted_at"):
        op.drop_column("variants", name)
