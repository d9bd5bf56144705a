"""Let a family name its events and paths in the API, and make way for upserts of many objects."""

from orgscope.deploy import revision as revisions

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
