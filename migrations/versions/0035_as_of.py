"""Let the history say since when each version was known, and as-of reads what they do not know."""

from orgscope.deploy import revision as revisions

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
