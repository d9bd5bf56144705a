"""Create the mirror of organizations."""

from orgscope.deploy import revision as revisions

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
