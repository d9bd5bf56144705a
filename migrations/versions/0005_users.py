"""Create the mirror of users."""

from orgscope.deploy import revision as revisions

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
