"""Keep what the mirror no longer has, and say what changed in it."""

from orgscope.deploy import revision as revisions

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
