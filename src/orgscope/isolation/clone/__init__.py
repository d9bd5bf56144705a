"""The database in which everything is tried, so that the one under test is only read.

``clone`` copies it as a template, ``dump`` by its schema where that cannot be, and ``local``
deploys the files to a server of its own where no database is given.
"""
