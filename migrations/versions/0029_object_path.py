"""Make way for paths that may show another object."""

from orgscope.deploy import revision as revisions

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
