"""Create the mirror of groups."""

from orgscope.deploy import revision as revisions

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
