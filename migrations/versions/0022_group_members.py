"""Create the mirror of members of groups."""

from orgscope.deploy import revision as revisions

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
