"""Tell keys that WorkOS stopped serving from keys that an operator retired."""

from orgscope.deploy import revision as revisions

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
