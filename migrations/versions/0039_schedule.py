"""Create sync.schedule: how often all is to be read."""

from orgscope.deploy import revision as revisions

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
