"""What a round left as it was: the proof that new copy changed nothing but the text."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; rounds before it have no proof."""
    column = sa.Column("untouched_json", sa.Text, nullable=False, server_default="{}")
    op.add_column("rounds", column)


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("rounds", "untouched_json")
