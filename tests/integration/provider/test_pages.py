"""A page of a list: the whole text, the ids in it, and where the next one begins."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgscope.devworkos import DevWorkOS
from orgscope.errors import ProviderRefused, ProviderUnavailable
from orgscope.provider import Page, WorkOS
from orgscope.provider.answer import read_page
from tests.database import Database
from tests.integration.provider.conftest import Make
from tests.integration.provider.loopback import Loopback, reply


async def test_get_page__walk__every_object_once_and_an_end(
    local: DevWorkOS, provider: WorkOS
) -> None:
    made = [local.create_organization(f"Org {number}")["id"] for number in range(5)]
    seen: list[str | None] = []
    params = {"limit": "2", "order": "asc"}
    pages = 0
    while True:
        page = await provider.get_page("/organizations", params)
        assert [one["id"] for one in json.loads(page.text)["data"]] == list(page.ids)
        seen += page.ids
        pages += 1
        if page.after is None:
            break
        params["after"] = page.after
    assert (seen, pages) == (made, 3)


@pytest.mark.parametrize(
    ("body", "ids", "after"),
    [
        ('{"data": [{"id": "a", "n": 1.10}, {"slug": "b"}, {"id": 7}]}', ("a", None, None), None),
        ('{"list_metadata": {"after": "b", "x": 1e400}, "data": [{"id":"\\u0000"}]}', ("\0",), "b"),
        ('{"data": [], "list_metadata": {"after": "org_01B"}}', (), "org_01B"),
        ('{"data": [], "list_metadata": {"after": null, "before": null}}', (), None),
        ('{"data": [], "list_metadata": {}}', (), None),
        ('{"data": [{"big": ' + "9" * 5000 + "}]}", (None,), None),
    ],
)
async def test_get_page__list__text_ids_and_cursor(
    odd: Loopback, provider_of: Make, body: str, ids: tuple[str | None, ...], after: str | None
) -> None:
    odd.answers = [reply(200, body)]
    page = await provider_of(odd.url).get_page("/organizations", {"limit": "100"})
    assert page == Page(body, ids, after)
    assert odd.requests[0].target == "/organizations?limit=100"


DEEP = '{"a":[' * 5000 + '"]}"' + "]}" * 5000


@pytest.mark.parametrize(
    "body",
    [
        f'{{"data": [{{"id": "a"}}, {{"id": "b", "x": {DEEP}}}], "list_metadata": {{"after": "b"}}}}',
        f'{{"x": {DEEP}, "list_metadata": {{"after": "b"}}, "data": [{{"id": "a"}}, {{"id": "b"}}]}}',
    ],
)
def test_read_page__deeper_than_python_reads__ids_cursor_and_text(body: str) -> None:
    page = read_page(body.encode(), "/events")
    assert page == Page(body, ("a", "b"), "b")
    assert page.data.startswith('[{"id": "a"}, {"id": "b"')
    assert page.data in body


@pytest.mark.parametrize("cut", [1, 2, 8_000, 30_000])
def test_read_page__deep_and_cut_off__truncated(cut: int) -> None:
    body = f'{{"data": [{{"id": "a", "x": {DEEP}}}]}}'
    with pytest.raises(ProviderUnavailable) as raised:
        read_page(body[:-cut].encode(), "/events")
    assert raised.value.reason == "truncated"


WHOLE = (
    '{"object":"list","data":[{"id":"a","ok":true,"s":"\\u00e9é"}],"list_metadata":{"after":"a"}}'
)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<!doctype html><html>busy</html>", "not_json"),
        (b"", "not_json"),
        (b"upstream error", "not_json"),
        (b'\xef\xbb\xbf{"data": []}', "not_json"),
        (WHOLE.encode("utf-16"), "not_json"),
        (WHOLE.encode()[: len(WHOLE) // 2], "truncated"),
        (b'{"data": [{"id": "\xc3', "truncated"),
        (b'{"data": [{"n": NaN}]}', "truncated"),
        (b'{"data": [{"n": -Infinity}]}', "truncated"),
        (b'{"data": [{"id": "\x00"}]}', "truncated"),
        (b'{"data": [{"id": "\xed\xa0\x80"}]}', "truncated"),
        (b'{"data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "unexpected"),
        (b'{"data": ' + b"[" * 100_000, "truncated"),
        (b"[]", "unexpected"),
        (b'[{"id": "a"}]', "unexpected"),
        (b"null", "unexpected"),
        (b'"data"', "unexpected"),
        (b"{}", "unexpected"),
        (b'{"data": null}', "unexpected"),
        (b'{"data": {"id": "a"}}', "unexpected"),
        (b'{"data": [{"id": "a"}, null]}', "unexpected"),
        (b'{"data": [["id"]]}', "unexpected"),
        (b'{"data": [], "list_metadata": null}', "unexpected"),
        (b'{"data": [], "list_metadata": {"after": 7}}', "unexpected"),
        (b'{"data": [], "list_metadata": {"after": ""}}', "unexpected"),
    ],
    ids=lambda value: repr(value)[:40] if isinstance(value, bytes) else None,
)
async def test_get_page__body_that_is_no_list__named_and_not_repeated(
    odd: Loopback, provider_of: Make, body: bytes, reason: str
) -> None:
    odd.answers = [reply(200, body, Content_Type="application/json")]
    seen: list[tuple[str, str]] = []
    workos = provider_of(odd.url, on_call=lambda *call: seen.append(call))
    with pytest.raises(ProviderUnavailable) as caught:
        await workos.get_page("/organizations", {})
    assert caught.value.reason == reason
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert seen == [("/organizations", reason)]


@given(st.integers(1, len(WHOLE.encode()) - 1))
def test_read_page__any_part_of_a_page__truncated(length: int) -> None:
    assert read_page(WHOLE.encode(), "/x").ids == ("a",)
    with pytest.raises(ProviderUnavailable) as caught:
        read_page(WHOLE.encode()[:length], "/x")
    assert caught.value.reason == "truncated"


async def test_get_page__next_page_is_the_same__refused_instead_of_read_for_ever(
    odd: Loopback, provider_of: Make
) -> None:
    odd.answers = [reply(200, '{"data": [], "list_metadata": {"after": "org_01B"}}')]
    workos = provider_of(odd.url)
    assert (await workos.get_page("/organizations", {})).after == "org_01B"
    with pytest.raises(ProviderUnavailable) as caught:
        await workos.get_page("/organizations", {"after": "org_01B"})
    assert caught.value.reason == "unexpected"


async def test_get_page__list_of_a_parent_that_is_gone__refused_not_empty(
    odd: Loopback, provider_of: Make
) -> None:
    odd.answers = [reply(404, '{"message": "no", "code": "entity_not_found"}')]
    with pytest.raises(ProviderRefused) as caught:
        await provider_of(odd.url).get_page("/organizations/org_01A/groups", {})
    assert (caught.value.reason, caught.value.code) == ("not_found", "entity_not_found")


ODD_OBJECTS = (
    '{"id":"a", "n": 1.10, "m": 1e400, "z": -0.0}',
    '{"low": "\\udc00", "nul": "\\u0000", "é": "\\u00e9é"}',
    '{"b":1,"a":2,"b":3}',
    f'{{"digits": {"9" * 5000}}}',
    '{"deep": ' + "[" * 400 + "]" * 400 + "}",
)


def test_page_data__split_by_the_database__each_object_as_it_was(database: Database) -> None:
    body = '{"object":"list", "data" : [' + " ,\n ".join(ODD_OBJECTS) + "]}"
    page = read_page(body.encode(), "/x")
    split = "select value::text from json_array_elements(%s::json)"
    rows = database.admin.execute(split, (page.data,)).fetchall()
    assert tuple(value for (value,) in rows) == ODD_OBJECTS


SPACES = st.text(" \t\r\n", max_size=3)
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = st.dictionaries(st.text().filter(lambda name: name != "list_metadata"), VALUES)


@given(MEMBERS, MEMBERS, st.lists(MEMBERS, max_size=3), SPACES, st.booleans())
def test_page_data__any_list__the_text_between_its_brackets(
    before: dict[str, Any],
    after: dict[str, Any],
    objects: list[dict[str, Any]],
    space: str,
    plain: bool,
) -> None:
    def text_of(value: Any) -> str:
        separators = (f"{space},{space}", f"{space}:{space}")
        return json.dumps(value, ensure_ascii=plain, separators=separators)

    after.pop("data", None)
    data = text_of(objects)
    members = [f"{text_of(name)}{space}:{text_of(value)}" for name, value in before.items()]
    members.append(f'"data"{space}:{space}{data}')
    members += [f"{text_of(name)}:{space}{text_of(value)}" for name, value in after.items()]
    body = f"{space}{{{space}" + f"{space},{space}".join(members) + f"{space}}}{space}"
    page = read_page(body.encode(errors="surrogatepass"), "/x")
    assert page.data == data


def test_page_data__name_that_is_repeated__the_last_one_as_for_the_ids() -> None:
    page = read_page(b'{"data": [{"id": "a"}], "data": [{"id": "b"}]}', "/x")
    assert (page.ids, page.data) == (("b",), '[{"id": "b"}]')


def test_page__repr__without_its_text() -> None:
    assert "s3cr3t" not in repr(Page("s3cr3t", ("a",), None))
