"""Let a change name several events, each with the object that it brings."""

from orgscope.deploy import revision as revisions

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
