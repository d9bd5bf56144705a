"""Say what sync.run_objects holds of a backfill."""

from orgscope.deploy import revision as revisions

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
