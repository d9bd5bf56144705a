"""Prove that a database keeps tenants apart, by trying what every actor could try.

    from orgscope.isolation import check_isolation

    report = check_isolation(settings, Project.load(Path("booking")))

What may happen is declared in each project's ``policies/contract.toml``
(``docs/reference/contract.md``); what does happen is found by running statements in a clone of the
database. The two are compared, and the text of the policies is never consulted: a wrong policy
cannot confirm itself.
"""

from orgscope.isolation.contract import Contract
from orgscope.isolation.load import load_contract
from orgscope.isolation.report import Report
from orgscope.isolation.run import check_isolation

__all__ = ["Contract", "Report", "check_isolation", "load_contract"]
