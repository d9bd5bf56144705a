"""Create the mirror of sessions."""

from orgscope.deploy import revision as revisions

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
