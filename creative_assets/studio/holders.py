"""Who is at work: a holder is a process that says by its heartbeat that it is alive.

What a holder claims or reserves lapses with its heartbeat. Writing these rows is `records`'.
"""

import sqlalchemy as sa

from creative_assets.studio.database import METADATA

HOLDERS = sa.Table(
    "holders",
    METADATA,
    sa.Column("holder", sa.Text, primary_key=True),
    sa.Column("alive_until", sa.Double, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
)
