"""Keep where the Events API was read up to, and which events no webhook brought."""

from orgscope.deploy import revision as revisions

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
