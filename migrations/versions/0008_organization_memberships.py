"""Create the mirror of organization memberships."""

from orgscope.deploy import revision as revisions

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
