"""Create the mirror of permissions."""

from orgscope.deploy import revision as revisions

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
