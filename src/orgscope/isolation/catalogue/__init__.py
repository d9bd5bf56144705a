"""What PostgreSQL's catalogue says, and how it differs from the contract.

``read`` reads all of it: ``tables``, ``views``, ``functions``, ``policies`` each have what is read
of one kind, and what of it is compared; ``assertions`` compares the tables, and all of it.
``helpers`` are the functions that policies call. What no object says of itself (memberships, later
grants, other schemas) is in ``surroundings``.
"""
