"""Make way for the lag of events that the feed brought."""

from orgscope.deploy import revision as revisions

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
