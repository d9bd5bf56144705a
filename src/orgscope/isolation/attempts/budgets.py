"""The queries of the contract whose plans must lose nothing under the policies."""

from __future__ import annotations

from collections.abc import Iterator

from orgscope.cost.explain_cost import compare
from orgscope.errors import ConfigurationError
from orgscope.explain.asked import Claims
from orgscope.isolation.clone.clone import Clone
from orgscope.isolation.contract.finding import Finding
from orgscope.isolation.contract.model import Contract
from orgscope.isolation.world.people import ORG_A, person

__all__ = ["assert_budgets"]

_BEGIN = "select authz.begin_system(%s, 'isolation', 'isolation test')"


def assert_budgets(clone: Clone, contract: Contract) -> Iterator[Finding]:
    """Plan each query in the clone, as if no table may be read as a whole, and name what is lost.

    How much a plan costs is compared where the rows are: by ``orgscope explain-cost``.
    """
    if not contract.budgets:
        return
    claims = Claims(person("ada"), ORG_A, None, ())
    role = f"{clone.settings.role_prefix}_user"
    with clone.connect("job") as job, clone.connect("backup") as backup:
        for connection in (job, backup):
            connection.execute("begin")
        job.execute(_BEGIN, (ORG_A,))
        for budget in contract.budgets:
            name = f"query {' '.join(budget.query.split())}"
            try:
                cost = compare(job, backup, budget.query, claims, role=role, usable=True)
            except ConfigurationError as error:
                yield Finding(name, str(error))
                continue
            for loss in cost.losses:
                yield Finding(name, f"loses under the policies: {loss}. Mend: {loss.mend}")
