"""Mistakes as people make them in functions: what only a value opens, and what is told aside."""

from __future__ import annotations

from orgscope.deploy import Project
from tests.isolation.conftest import Given, assert_named
from tests.projects import LIBRARY


def _definer(signature: str, result: str, body: str) -> str:
    """Make a definer that requests may execute: an overload of one that the contract names."""
    name = signature.replace(" mode", "").replace("(id ", "(")
    return (
        f"create or replace function {signature} returns {result} language plpgsql security definer "
        f"set search_path = pg_catalog, pg_temp set row_security = on as $$ {body} $$; "
        f"alter function {name} owner to orgscope_definer; revoke execute on function {name} from public; "
        f"grant execute on function {name} to orgscope_user"
    )


def _leak(signature: str, table: str) -> tuple[str]:
    where = f"(other organization, of library.{table})"
    return (f"member of A: call on library.{signature} {where}: expected none, got rows",)


_WITHDRAW = "update library.books as b set deleted_at = now() where b.deleted_at is null and"
_OURS = "b.org_id = authz.org_id()"
# statement -> what must be reported; the mistakes do not hide each other
_BY_LITERAL = {
    # Only what the function itself names is open to all: in a row, and as an argument.
    _definer(
        "library.withdraw_book(id uuid)",
        "boolean",
        f"begin {_WITHDRAW} ({_OURS} or b.binding = 'audio') and b.id = withdraw_book.id; return found; end",
    ): _leak("withdraw_book(uuid)", "books"),
    _definer(
        "library.debtors(mode text)",
        "setof text",
        "begin return query select f.id::text from library.fines as f "
        "where case mode when 'group' then true else f.org_id = authz.org_id() end; end",
    ): _leak("debtors(text)", "fines"),
    # Beside a value of somebody's row, and in an array; what comes before would begin a string.
    _definer(
        "library.withdraw_book(id uuid, mode varchar[])",
        "boolean",
        f"begin -- It doesn't ask.\n {_WITHDRAW} ({_OURS} or 'forced' = any (mode)) and b.id = withdraw_book.id; "
        "return found; end",
    ): (
        "member of A: call on library.withdraw_book(uuid, character varying[]) (other organization, "
        "of library.books): expected none, got rows",
    ),
    _definer(
        "library.debtors(id uuid)",
        "boolean",
        "begin return exists (select from library.fines as f "
        "where (f.org_id = authz.org_id() or f.amount = 77) and f.loan_id = debtors.id); end",
    ): _leak("debtors(uuid)", "fines"),
}
_HELD = "(select string_agg(b.id || ' of ' || b.org_id, ', ') from library.books as b)"
_TOLD = {
    _definer(
        "library.debtors(bigint)", "integer", f"begin raise notice 'also %', {_HELD}; return 1; end"
    ): _leak("debtors(bigint)", "books"),
    # A request may listen to it.
    _definer(
        "library.debtors(integer)", "integer", f"begin raise debug 'also %', {_HELD}; return 1; end"
    ): _leak("debtors(integer)", "books"),
    _definer(
        "library.withdraw_book(text)",
        "integer",
        f"begin raise exception 'no such book' using hint = {_HELD}; end",
    ): _leak("withdraw_book(text)", "books"),
    # The same code for both, and not the same text.
    _definer(
        "library.withdraw_book(id uuid)",
        "boolean",
        f"begin {_WITHDRAW} {_OURS} and b.id = withdraw_book.id; if found then return true; end if; "
        "if exists (select from library.books as b where b.id = withdraw_book.id) then "
        "raise exception 'book % is of another library', withdraw_book.id; end if; "
        "raise exception 'there is no book %', withdraw_book.id; end",
    ): _leak("withdraw_book(uuid)", "books"),
    _definer(
        "library.withdraw_book(id uuid, text)",
        "boolean",
        "begin if exists (select from library.books as b where b.id = withdraw_book.id) "
        "then raise notice 'known'; end if; return true; end",
    ): _leak("withdraw_book(uuid, text)", "books"),
    _definer(
        "library.debtors(date)",
        "refcursor",
        "declare c refcursor; begin open c for select f.id from library.fines as f; return c; end",
    ): _leak("debtors(date)", "fines"),
}
# They say, give and name what these do, of their own organization alone.
_RIGHT = (
    _definer(
        "library.withdraw_book(id uuid)",
        "boolean",
        f"begin {_WITHDRAW} {_OURS} and b.id = withdraw_book.id and b.binding <> 'audio'; "
        "if found then return true; end if; raise exception 'there is no book % here', withdraw_book.id "
        "using detail = clock_timestamp(), hint = 'The id is ' || withdraw_book.id || ', and its book is no audio.'; end",
    ),
    _definer(
        "library.withdraw_book(text)",
        "boolean",
        f"begin {_WITHDRAW} {_OURS} and b.title = $1; if found then return true; end if; "
        "raise exception 'a book of the organization is pending, expired or revoked: %', upper($1); end",
    ),
    # What has not the shape of one is refused as such.
    _definer(
        "library.debtors(mode varchar)",
        "boolean",
        "begin if mode !~ '^[.][a-z][0-9]+[.]$' then raise exception 'no title of a book: %', mode; end if; "
        f"if exists (select from library.books as b where {_OURS} and b.title = mode) then return true; end if; "
        "raise exception 'there is no such book, nor one with %', substr(mode, 2, 1); end",
    ),
    _definer(
        "library.debtors(mode text)",
        "setof text",
        "begin raise notice 'mode %', mode; return query select f.id::text from library.fines as f "
        "where f.org_id = authz.org_id() and (mode = 'all' or f.reader_id = authz.user_id()); end",
    ),
    _definer(
        "library.debtors(date)",
        "refcursor",
        "declare c refcursor; begin open c for select f.id from library.fines as f where f.org_id = authz.org_id(); "
        "return c; end",
    ),
)


def test_functions__open_by_what_they_name__each_is_named(lending: Given) -> None:
    lending.by_hand(*_BY_LITERAL)
    report = lending.check(Project.load(LIBRARY), "library.debtors", "library.withdraw_book")
    assert_named(report, _BY_LITERAL.values())


def test_functions__tell_beside_their_result__each_is_named(lending: Given) -> None:
    lending.by_hand(*_TOLD)
    report = lending.check(Project.load(LIBRARY), "library.debtors", "library.withdraw_book")
    assert_named(report, _TOLD.values())


def test_functions__tell_of_their_own__no_difference(lending: Given) -> None:
    lending.by_hand(*_RIGHT)
    report = lending.check(Project.load(LIBRARY), "library.debtors", "library.withdraw_book")
    assert [str(one) for one in (*report.leaks, *report.faults)] == []
