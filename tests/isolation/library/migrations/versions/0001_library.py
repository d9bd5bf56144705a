"""Create the schema of the lending library and its tables."""

from orgscope.deploy import revision as revisions

revision = "0001"
down_revision = None


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
