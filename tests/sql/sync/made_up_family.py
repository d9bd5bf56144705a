"""A family that orgscope does not know: a revision, an upsert, triggers, and a registration.

Its payload may order its own failure: ``sqlstate`` is raised by the upsert.
"""

from __future__ import annotations

from typing import Final

from orgscope.repeatable_files import render
from tests.database import Database

TABLE: Final = "extra.badges"

REVISION: Final = """
create schema extra authorization orgscope_owner;
grant usage, create on schema extra to orgscope_definer;
set role orgscope_owner;
create table extra.badges (
  id text collate "C" primary key,
  raw jsonb,
  lossy boolean not null default false,
  source_updated_at timestamptz not null default '-infinity',
  event_id text collate "C" not null default '',
  deleted_at timestamptz,
  first_seen_at timestamptz not null default now(),
  synced_at timestamptz not null default now(),
  origin text not null,
  user_id text collate "C" generated always as (raw ->> 'user_id') stored
);
reset role;
"""

UPSERT: Final = """
set role orgscope_definer;
create function extra.upsert_badge(payloads jsonb[], change sync.change) returns sync.upserted
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_payload jsonb;
  v_done sync.upserted;
begin
  foreach v_payload in array payloads loop
    if v_payload ? 'sqlstate' then
      raise exception using errcode = v_payload ->> 'sqlstate', message = 'as the payload wants';
    end if;
  end loop;
  with versions as materialized (
    select v.* from unnest(payloads) as p (payload)
    cross join lateral sync.make_version('extra.badges', p.payload, change) as v
  ),
  written as (
    insert into extra.badges as t (
      id, raw, lossy, source_updated_at, event_id, deleted_at, synced_at, origin
    )
    select * from versions
    on conflict (id) do update
      set raw = excluded.raw, lossy = excluded.lossy,
          source_updated_at = excluded.source_updated_at, event_id = excluded.event_id,
          deleted_at = excluded.deleted_at, synced_at = excluded.synced_at,
          origin = excluded.origin
    returning t.id
  )
  select (select array_agg(v.id) from versions as v), (select count(*) from written)
  into v_done.keys, v_done.applied;
  return v_done;
end
$$;
reset role;
"""

TRIGGERS: Final = """
set role orgscope_owner;
create trigger _000_keep_newest before update of source_updated_at on extra.badges
for each row execute function sync.tg__keep_newest('badge');
create trigger _100_cascade_delete_update after update on extra.badges
referencing old table as replaced new table as written
for each statement
execute function sync.tg__cascade_delete();
reset role;
"""

POLICIES: Final = """
set role orgscope_owner;
call authz.reset_policies('extra.badges');
create policy all_definer on extra.badges to orgscope_definer using (true) with check (true);
grant select, insert, update on extra.badges to orgscope_definer;
reset role;
"""

REGISTRATION: Final = """
set role orgscope_definer;
select sync.register_family(
  name => 'badge',
  relation => 'extra.badges',
  upsert => 'extra.upsert_badge(jsonb[], sync.change)',
  events => '{shop.badge.created, shop.badge.updated}',
  delete_events => '{shop.badge.deleted}',
  parents => '{"user_id": "user"}'
);
reset role;
"""


def install(database: Database) -> None:
    """Deploy the family with the roles that a deployment uses."""
    for part in (REVISION, UPSERT, TRIGGERS, POLICIES, REGISTRATION):
        database.admin.execute(render(part, database.settings.role_prefix).encode())
