"""Create the mirror of directory groups."""

from orgscope.deploy import revision as revisions

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
