"""Create what seals a context, and the log of contexts that need a reason."""

from orgscope.deploy import revision as revisions

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
