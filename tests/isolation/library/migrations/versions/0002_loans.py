"""Create the loans and the fines."""

from orgscope.deploy import revision as revisions

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
