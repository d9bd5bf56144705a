"""Mistakes that are made on purpose, one after the other: does anybody notice?

A ``mutant`` is one mistake: of ``policies``, of the ``helpers`` that they call, or of the
``guards`` around them (row security, owners, grants, search paths). ``hunt`` makes each, looks, and
undoes it. A mistake that people make, and that is none of these, stands in
``tests/isolation/test_by_hand.py``.
"""
