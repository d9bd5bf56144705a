"""A project of another shape than booking: the tool is for every schema."""

from __future__ import annotations

from orgscope.deploy import Project
from tests.isolation.conftest import Given
from tests.projects import LIBRARY

OBJECTS = (
    *("library.books", "library.fines", "library.languages", "library.loans", "library.loans_0"),
    *("library.loans_1", "library.wishes", "library.open_loans", "library.figures"),
    *("library.debtors", "library.return_all", "library.withdraw_book"),
)
_WITHOUT_ARGUMENTS = ("library.debtors()", "library.return_all()")


def test_library__as_declared__no_difference_and_no_mutant_survives(lending: Given) -> None:
    report = lending.check(Project.load(LIBRARY), *OBJECTS, mutants=True)
    assert [str(one) for one in (*report.leaks, *report.faults)] == []
    called = {
        (one.command, one.table, one.place, one.got)
        for one in report.cases
        if (one.actor, one.table) in {("job of A", name) for name in _WITHOUT_ARGUMENTS}
    }
    other = "other organization"
    assert called >= {
        ("call", "library.debtors()", "any row", "rows"),
        *(("call", name, other, "none") for name in _WITHOUT_ARGUMENTS),
        *(("effects of call", name, other, "none") for name in _WITHOUT_ARGUMENTS),
    }
    assert [str(fate) for fate in report.survivors] == []
    assert len(report.fates) > 300


def test_function__called_with_a_key__only_that_of_the_organization_tells_something(
    lending: Given,
) -> None:
    report = lending.check(Project.load(LIBRARY), "library.books", "library.withdraw_book")
    called = {
        (one.place, one.got)
        for one in report.cases
        if (one.actor, one.command) == ("member of A", "call")
    }
    assert {place for place, got in called if got == "rows"} == {
        "any row",
        "same organization, of library.books",
    }
    # Its text names no other table, and may call what does: their keys are tried.
    assert called >= {
        ("other organization", "none"),
        ("other organization, of library.books", "none"),
        ("another person's, of library.wishes", "none"),
    }
