"""Create the mirror of members of directory groups."""

from orgscope.deploy import revision as revisions

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
