"""Write the files that put a project's table under row security, from what the table is like.

from orgscope import table_files

written = table_files.write(project, table_files.Wish("app.rooms"), settings)
"""

from orgscope.table_files.notes import Note, Place
from orgscope.table_files.wish import Scope, Wish
from orgscope.table_files.write import Written, refuse, write, wrong_words

__all__ = ["Note", "Place", "Scope", "Wish", "Written", "refuse", "write", "wrong_words"]
