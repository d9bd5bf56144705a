"""Find a membership by its organization and person from either side."""

from orgscope.deploy import revision as revisions

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
