"""Count of a task only the failures that say something about it."""

from orgscope.deploy import revision as revisions

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
