"""Keep how far a backfill or a reconcile has come, and what it found."""

from orgscope.deploy import revision as revisions

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
