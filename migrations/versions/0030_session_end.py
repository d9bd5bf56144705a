"""Find the sessions that were over long ago, so that they can be let go."""

from orgscope.deploy import revision as revisions

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
