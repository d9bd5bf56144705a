"""Create the mirror of roles."""

from orgscope.deploy import revision as revisions

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
