"""Make way for erasing people and organizations."""

from orgscope.deploy import revision as revisions

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
