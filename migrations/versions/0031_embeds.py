"""Let a family name the objects of others that a list shows inside of its own."""

from orgscope.deploy import revision as revisions

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
