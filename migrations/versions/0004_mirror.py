"""Create the mirror's schema, and the one function on which its columns depend."""

from orgscope.deploy import revision as revisions

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
