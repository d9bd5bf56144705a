"""Prove that a database keeps tenants apart, by trying what every actor could try.

    from orgscope.isolation import check_isolation

    report = check_isolation(settings, Project.load(Path("booking")))

What may happen is declared in each project's ``policies/contract.toml``
(``docs/reference/contract.md``); what does happen is found by running statements in a clone of the
database. The two are compared, and the text of the policies is never consulted: a wrong policy
cannot confirm itself.

``run`` is the whole of it and ``examine`` its first half; each of the folders uses those before it:

* ``contract``: what a contract may say, and how it is read;
* ``catalogue``: what PostgreSQL says of tables, views, functions and policies, and how that differs
  from the contract: owners, grants, keys, row security;
* ``clone``: the database in which things are tried;
* ``world``: who acts in it, and the rows that are made up, each of somebody;
* ``report``: how an attempt ended, the cases and the verdict, for people and for machines;
* ``attempts``: what each actor tries, and what the contract expects of it;
* ``mutants``: mistakes that are made on purpose, and whether the attempts notice them.
"""

from orgscope.isolation.contract.load import load_contract
from orgscope.isolation.contract.model import Contract
from orgscope.isolation.report.report import Report
from orgscope.isolation.run import check_isolation

__all__ = ["Contract", "Report", "check_isolation", "load_contract"]
