"""Bring tables that are in use into a project: the revision that creates them, and their owner.

A database that has them compares itself with the revision (``orgscope.deploy.adoption``); an empty
one runs it.
"""

from orgscope.adopt.adopt import Adoption, adopt

__all__ = ["Adoption", "adopt"]
