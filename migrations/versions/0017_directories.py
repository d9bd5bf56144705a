"""Create the mirror of directories."""

from orgscope.deploy import revision as revisions

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
