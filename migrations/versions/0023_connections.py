"""Create the mirror of connections."""

from orgscope.deploy import revision as revisions

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
