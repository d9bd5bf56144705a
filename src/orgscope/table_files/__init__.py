"""Write the files that put a project's table under row security, from what the table is like.

from orgscope import table_files

written = table_files.write(project, table_files.Wish("app.rooms"), settings)
"""

from orgscope.table_files.wish import Scope, Wish
from orgscope.table_files.write import Written, refuse_present, write

__all__ = ["Scope", "Wish", "Written", "refuse_present", "write"]
