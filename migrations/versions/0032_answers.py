"""Make way for telling when WorkOS was asked for a page, and whether a list is gone."""

from orgscope.deploy import revision as revisions

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
