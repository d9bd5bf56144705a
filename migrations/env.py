"""The alembic environment of orgscope's own schemas; a project's is the same two lines."""

from orgscope.deploy import environment

environment.run()
