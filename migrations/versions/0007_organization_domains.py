"""Create the mirror of organization domains."""

from orgscope.deploy import revision as revisions

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
