"""Create the schema of the application and the profiles."""

from orgscope.deploy import revision as revisions

revision = "0001"
down_revision = None


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
