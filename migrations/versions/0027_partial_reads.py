"""Let a read of WorkOS say that it leaves fields out."""

from orgscope.deploy import revision as revisions

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
