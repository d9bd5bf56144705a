"""Make way for functions of sync that apply what can be read of an object."""

from orgscope.deploy import revision as revisions

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
