"""Who acts in the clone, and the rows that are made up for them to reach.

* ``environment`` has the organizations, the people and the keys; ``actors`` those who try, and how
  they open their transactions; ``entitled`` members with roles and permissions; ``bypass`` refuses
  whom row security does not bind.
* ``rows`` makes a row of a table, of ``values`` that fit its columns and what policies have
  ``named``; ``live`` knows deleted rows, ``ownership`` whose each row is.
* ``compose`` has what statements on any table share.
"""
