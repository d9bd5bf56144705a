"""Create the inbox, the families, the tasks and the types that pass between functions."""

from orgscope.deploy import revision as revisions

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
