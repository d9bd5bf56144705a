"""What each actor tries, and what the contract expects of it.

* ``prepare`` fills the clone and lists what is tried; ``matrix`` lets everybody try it;
  ``controls`` shows of what nobody was seen to do that it can be done; ``unproven`` names what
  was tried in vain.
* ``attempt`` runs one statement and takes it back; ``statements`` are those on a table: a new way
  to reach rows is added there; ``watch`` sees whose rows are written besides.
* ``expected`` is what the contract expects, from its words and the rows.
* ``on_tables``, ``on_partitions``, ``on_views``, ``on_functions``: what is tried on each kind;
  ``calls`` and ``privileged``: what functions give and write (``arguments`` of rows in all
  ``places`` and of their own ``literals``; an ``answer`` is also what ``messages`` say);
  ``contexts``: who gets a context, and ``refused`` who must not; ``budgets``: plans.
"""
