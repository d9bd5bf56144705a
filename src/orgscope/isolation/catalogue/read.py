"""Everything that PostgreSQL's catalogue has in the schemas under test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from orgscope.isolation.catalogue.functions import FunctionInfo, read_functions
from orgscope.isolation.catalogue.policies import PolicyInfo, read_policies
from orgscope.isolation.catalogue.tables import TableInfo, read_tables
from orgscope.isolation.catalogue.views import ViewInfo, read_views

__all__ = ["Catalogue", "read_catalogue"]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The tables, views, functions and policies of some schemas."""

    tables: list[TableInfo]
    views: list[ViewInfo]
    functions: list[FunctionInfo]
    policies: list[PolicyInfo]


def read_catalogue(
    connection: psycopg.Connection[Any], schemas: Sequence[str], role_prefix: str
) -> Catalogue:
    """Read the catalogue of the schemas."""
    return Catalogue(
        read_tables(connection, schemas, role_prefix),
        read_views(connection, schemas),
        read_functions(connection, schemas),
        read_policies(connection, schemas),
    )
