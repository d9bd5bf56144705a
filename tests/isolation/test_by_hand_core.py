"""Mistakes as people make them, in orgscope's own schemas and in booking: each must be named."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from orgscope.errors import IsolationAborted
from tests.isolation.conftest import Given, assert_named

_ME = "(select authz.user_id_or_null())"
_ORG = "(select authz.org_id_or_null())"
_OF_CORE = {
    # The inner table has the column as well.
    f"alter policy select_own_org on app.profiles using (exists (select from workos.organization_memberships as m "
    f"where m.user_id = {_ME} and m.organization_id = organization_id))": (
        "member of A: select on app.profiles (other organization): expected none, got rows",
    ),
    # What begins with the id is not yet the organization.
    f"alter policy select_own_org on app.events using (org_id like {_ORG} || '%')": (
        "member of A: select on app.events (own, elsewhere): expected none, got rows",
    ),
    # A colleague's session is nobody's business.
    f"create policy select_colleagues on workos.sessions for select to orgscope_user using (exists (select from "
    f"workos.organization_memberships as m where m.user_id = sessions.user_id and m.organization_id = {_ORG}))": (
        "member of A: select on workos.sessions (another person's): expected none, got rows",
    ),
    # Who is invited is no member yet.
    "alter policy select_own on workos.organizations using (raw is not null and deleted_at is null and "
    f"(id = {_ORG} or id = any (array(select m.organization_id from workos.organization_memberships as m "
    f"where m.user_id = {_ME} and m.status <> 'inactive'))))": (
        "member of A: select on workos.organizations (other organization): expected none, got rows",
    ),
    # What was deleted long ago, and what will be.
    f"alter policy select_own on workos.groups using (organization_id = {_ORG} "
    "and (deleted_at is null or deleted_at < now() - interval '1 year'))": (
        "member of A: select on workos.groups (tombstone or stub): expected none, got rows",
    ),
    # What belongs to no organization is not everybody's.
    f"alter policy select_own on workos.roles using (deleted_at is null and (organization_id = {_ORG} or organization_id is null))": (
        "member of A: select on workos.roles (other organization): expected none, got rows",
    ),
    # The policy of the mirror, without what keeps stubs and tombstones out.
    f"create policy select_again on workos.organization_domains for select to orgscope_user using (organization_id = {_ORG})": (
        "member of A: select on workos.organization_domains (tombstone or stub): expected none, got rows",
    ),
    "create view app.people as select id, email from workos.users": (
        "app.people: is not in any contract: nobody said who may read it",
    ),
    "grant select on sync.inbox to orgscope_monitor": (
        "sync.inbox: orgscope_monitor has SELECT, and the contract does not say so",
    ),
    "grant trigger on app.events to orgscope_user": (
        "app.events: orgscope_user has TRIGGER, and the contract does not say so",
    ),
    "alter table app.events alter column owner_id set default 'user_01ADMIN'": (
        "member of A: insert by default on app.events (own): expected rows, got denied (42501)",
    ),
}


# A person has one profile, so that no second one shows what opens it.
_OF_ONE_ROW = {
    "create policy directory on app.profiles for select to orgscope_user using (title = 'Director')": (
        "member of A: select on app.profiles (other organization): expected none, got rows",
    ),
}


@pytest.mark.parametrize(
    ("mistakes", "only"),
    [
        (
            _OF_CORE,
            (
                *("app.events", "app.profiles"),
                *("workos.sessions", "workos.organization_domains", "workos.roles"),
                *("workos.organizations", "workos.groups"),
            ),
        ),
        (_OF_ONE_ROW, ("app.profiles",)),
    ],
)
def test_core_and_booking__mistakes_made_by_hand__each_is_named(
    given: Given, mistakes: dict[str, tuple[str, ...]], only: tuple[str, ...]
) -> None:
    given.by_hand(*mistakes)
    assert_named(given.check(None, *only), mistakes.values())


def test_policy__by_which_tokens_are_kept_dropped__aborted(given: Given) -> None:
    given.by_hand("drop policy all_sealer on authz.verified_tokens")
    with pytest.raises(IsolationAborted, match='could not open its context.*"verified_tokens"'):
        given.check(None, "authz.verified_tokens")


def test_functions__of_people_that_ask_for_no_reason__are_named(given: Given) -> None:
    given.by_hand("alter function sync.members_as_of(text, timestamptz) security definer")
    leaks = {str(one) for one in given.check(None, "sync.members_as_of").leaks}
    call = "privileged call on sync.members_as_of(text, timestamp with time zone)"
    assert {
        f"{who} without reason: {call} (with a reason only): expected denied, got rows"
        for who in ("administrator", "auditor")
    } <= leaks


def test_roles__member_of_a_role_that_reaches_more__is_named(given: Given) -> None:
    """The members do not inherit, so none is seen to reach more: each only may become the other."""
    memberships = (
        ("orgscope_owner", "orgscope_user"),
        ("orgscope_definer", "orgscope_job"),
        ("pg_read_all_data", "orgscope_monitor"),
        ("pg_read_server_files", "orgscope_api"),
        ("orgscope_backup", "intern"),
    )
    given.by_hand("create role intern login")
    given.by_hand(*(f"grant {role} to {member}" for role, member in memberships))
    try:
        leaks = {str(one) for one in given.check(None, "app.events").leaks}
    finally:
        given.by_hand(*(f"revoke {role} from {member}" for role, member in memberships))
        given.by_hand("drop role intern")
    assert leaks == {
        "orgscope_user: is a member of orgscope_owner, and can act as it",
        "orgscope_api: is a member of orgscope_owner, and can act as it",
        "orgscope_job: is a member of orgscope_owner, and can act as it",
        "orgscope_job: is a member of orgscope_definer, and can act as it",
        "orgscope_monitor: is a member of pg_read_all_data, and can act as it",
        "orgscope_api: is a member of pg_read_server_files, and can act as it",
        "intern: is a member of orgscope_backup, and can act as it",
    }


# function -> what is written instead of what, and what must be reported
_OF_CONTEXTS = {
    # Null for a key that there is not, and null is neither equal nor unequal.
    "authz.sealed_claims(boolean)": (
        (
            "if (v_expected = v_mac) is not true then",
            "if v_expected not like v_mac || '%' then",
        ),
        "member of A: require a context of a key that there is not on authz (WS301): expected denied, got opened",
        # Everything begins with nothing.
        "member of A: require a context without a seal on authz (WS301): expected denied, got opened",
    ),
    "authz.seal_message(integer,text,text)": (
        ("|| claims)", "|| rtrim(claims))"),
        "job of A: require a context altered on authz (WS301): expected denied, got opened",
    ),
    # The check of the signature was in the way of a test.
    "authz.verify_token(text)": (
        ("perform authz.refuse_token();", "null;"),
        "token altered: open a context on authz (WS303): expected denied, got opened",
        "token signed by somebody else: open a context on authz (WS303): expected denied, got opened",
    ),
    "authz.check_claims(jsonb,authz.settings)": (
        ("(claims ->> 'iss' = any (accepted.issuers)) is not true", "false"),
        "token of another iss: open a context on authz (WS305): expected denied, got opened",
    ),
    # One that is not there has no deleted_at either.
    "authz.open_system_context(text,text,text)": (
        ("""
  ) is not true then
    perform authz.refuse('WS311');""", """
  ) is false then
    perform authz.refuse('WS311');"""),
        "job of an unknown organization: open a context on authz (WS311): expected denied, got opened",
    ),
    "authz.seal(text,jsonb)": (
        ("(v_open - 'request' = v_claims - 'request') is false", "false"),
        "second token in a transaction: open a context on authz (WS316): expected denied, got opened",
    ),
    # Nobody is known any more, and the mirror refuses them for another reason.
    "authz.is_erased(text)": (
        ("if not exists (select from authz.tombstones as t) then", "if true then"),
        "token of an erased person: open a context on authz (WS315): expected denied, got refused (WS312)",
        "token of an erased organization: open a context on authz (WS315): expected denied, got refused (WS312)",
        "job of an erased organization: open a context on authz (WS315): expected denied, got opened",
    ),
    "authz.check_transaction(boolean)": (
        ("if v_code is null then", "if true then"),
        "token above read committed: open a context on authz (WS318): expected denied, got opened",
        "token after a statement prepared by SQL: open a context on authz (WS319): expected denied, got opened",
    ),
    # The token's word is enough.
    "authz.decide(jsonb,boolean)": (
        ("when a.role_source = 'token' and m.active or m.agrees then claims", "when true then claims"),
        "member of A with the role editor by the token alone: select on app.events (other organization): "
        "expected none, got rows",
    ),
    "authz.agreed_permissions(jsonb,text,jsonb,boolean,text)": (
        ("if role_source = 'token' then", "if true then"),
        "member of A with the permission events:all by the token alone: select on app.events (other organization): "
        "expected none, got rows",
    ),
}  # fmt: skip
# What is kept counts longer than what it was made from, and a word for what it says.
_OF_WHAT_IS_KEPT = {
    "authz.sealed_claims(boolean)": (
        ("s.retired_at is null or ", "true or "),
        "context of a retired seal key: require a context on authz (WS301): expected denied, got opened",
    ),
    "authz.verify_token(text)": (
        (" and k.retired_at is null", ""),
        "token of a retired key: open a context on authz (WS306): expected denied, got opened",
    ),
    "authz.recall_token(text)": (
        ("""on v.kid = k.kid and k.retired_at is null
    inner join authz.settings as s on v.epoch = s.epoch
    where v.digest = v_digest
      and v.expires_at > extract(epoch from clock_timestamp()) - s.leeway_s
""", """on v.kid = k.kid
    where v.digest in (v_digest, sha256(convert_to(regexp_replace(token, '[.][^.]*$', ''), 'UTF8')))
"""),
        "remembered token of a retired key: open a context on authz (WS306): expected denied, got opened",
        "remembered token ended: open a context on authz (WS304): expected denied, got opened",
        "remembered token of another client_id: open a context on authz (WS305): expected denied, got opened",
    ),
    "authz.decide(jsonb,boolean)": (
        ("(s.deleted_at is null and s.status = 'active' and s.user_id = v_user_id) is not true",
         "(s.deleted_at is not null or s.status = 'revoked')"),
        "token of another person's session: open a context on authz (WS314): expected denied, got opened",
        "token of an ended session: open a context on authz (WS314): expected denied, got opened",
    ),
    "authz.agreed_permissions(jsonb,text,jsonb,boolean,text)": (
        ("case when n.deleted_at is null then nullif(n.permissions, 'null') else '[]' end as permissions",
         "nullif(n.permissions, 'null') as permissions"),
        "member of A whose role with the permission events:all is deleted: select on app.events (other organization): "
        "expected none, got rows",
    ),
    "authz.check_claims(jsonb,authz.settings)": (
        ("between 1 and accepted.max_age_s", "> 0"),
        "token that counts too long: open a context on authz (WS305): expected denied, got opened",
    ),
    "authz.remember_token(text,text,bigint,jsonb)": (
        ("sha256(convert_to(token, 'UTF8'))", "sha256(convert_to(regexp_replace(token, '[.][^.]*$', ''), 'UTF8'))"),
        "token signed otherwise than when it verified: open a context on authz (WS303): expected denied, got opened",
    ),
    "authz.accepts_audience(jsonb,authz.settings)": (
        ("ELSE ((aud ? (accepted).client_id) IS TRUE)", "else true"),
        "token of another aud: open a context on authz (WS305): expected denied, got opened",
    ),
    "authz.open_privileged_context(text,text)": (
        (" and pg_has_role(session_user, acting, 'member')", ""),
        "admin that says it is auditor: open a context on authz (WS321): expected denied, got opened",
        "auditor that says it is admin: open a context on authz (WS321): expected denied, got opened",
    ),
}  # fmt: skip
_OF_OTHERS = {
    "authz.agreed_permissions(jsonb,text,jsonb,boolean,text)": (
        ("n.id in (org_id || ':' || s.slug, 'environment:' || s.slug)", "n.slug = s.slug"),
        "member of A whose role with the permission events:all is another organization's: "
        "select on app.events (other organization): expected none, got rows",
    ),
    "authz.check_claims(jsonb,authz.settings)": (
        ("(coalesce((claims ->> 'nbf')::numeric, 0) <= v_now + accepted.leeway_s) is not true", "false"),
        "token that does not count yet: open a context on authz (WS305): expected denied, got opened",
    ),
}  # fmt: skip
_BY_ROLE = (
    "create policy by_role on app.events for select to orgscope_user using ((select authz.role()) = 'editor')",
    "create policy by_permission on app.events for select to orgscope_user "
    "using ((select authz.has_permission('events:all')))",
)


@pytest.mark.parametrize(
    "mistakes", [_OF_CONTEXTS, _OF_WHAT_IS_KEPT, _OF_OTHERS], ids=["opened", "kept", "others"]
)
def test_contexts__mistakes_made_by_hand__each_is_named(
    given: Given, mistakes: dict[str, Any]
) -> None:
    for function, ((said, instead), *_) in mistakes.items():
        with psycopg.connect(given.dsn) as connection:
            [(definition,)] = connection.execute(
                "select pg_get_functiondef(%s::regprocedure)", (function,)
            ).fetchall()
        assert said in definition
        given.by_hand(definition.replace(said, instead))
    given.by_hand(*_BY_ROLE)
    assert_named(given.check(None, "app.events"), (named for _, *named in mistakes.values()))
