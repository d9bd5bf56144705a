"""Create the mirror of directory users."""

from orgscope.deploy import revision as revisions

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
