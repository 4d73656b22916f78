"""Where a reviewer wants the logo."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; no decision before it names a spot."""
    op.add_column("decisions", sa.Column("spot", sa.Text))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("decisions", "spot")
