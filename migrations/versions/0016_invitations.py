"""Create the mirror of invitations."""

from orgscope.deploy import revision as revisions

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
