"""Who acts in the clone, and the rows that are made up for them to reach.

* ``environment`` has the keys and tells the mirror of the ``people`` and organizations; ``actors``
  are those who try, and how they open their transactions; ``entitled`` members have what policies
  ask of one (``named_members``); ``bypass`` refuses whom row security does not bind.
* ``rows`` makes a row of a table, of ``values`` that fit its columns and what policies have
  ``named`` in their ``texts``; ``live`` knows deleted rows, ``ownership`` whose each row is.
* ``parents`` finds the rows that a row points at, and ``joined`` what it shares with others;
  ``owner`` is how they are made: without policies, and without what follows a write.
* ``compose`` has what statements on any table share.
"""
