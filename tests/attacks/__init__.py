"""What attackers of a multi-tenant database try: docs/reference/attacks.md lists the cases.

The tests here work on booking, a project as a user has one: a member may run any SQL there.
"""
