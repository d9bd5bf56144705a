-- Load 10 k organizations with one member each, 1 M events, and the peers' policies.
set session_replication_role = replica;

insert into workos.users (id, raw, source_updated_at, origin)
select
  'user_BENCH' || lpad(i::text, 7, '0'),
  jsonb_build_object('email', 'user' || i || '@example.com', 'updated_at', '2026-01-01T00:00:00Z'),
  now(), 'api'
from generate_series(1, 10000) as i;
insert into workos.organizations (id, raw, source_updated_at, origin)
select
  'org_BENCH' || lpad(i::text, 7, '0'),
  jsonb_build_object('name', 'Practice ' || i, 'updated_at', '2026-01-01T00:00:00Z'), now(), 'api'
from generate_series(1, 10000) as i;
insert into workos.organization_memberships (id, raw, source_updated_at, origin)
select
  'om_BENCH' || lpad(i::text, 7, '0'),
  jsonb_build_object(
    'user_id', 'user_BENCH' || lpad(i::text, 7, '0'),
    'organization_id', 'org_BENCH' || lpad(i::text, 7, '0'),
    'status', 'active', 'role', jsonb_build_object('slug', 'member')
  ), now(), 'api'
from generate_series(1, 10000) as i;
insert into app.profiles (org_id, user_id)
select m.organization_id, m.user_id from workos.organization_memberships as m;
insert into app.events (org_id, owner_id, title, duration_minutes, created_at)
select
  'org_BENCH' || lpad((i % 10000 + 1)::text, 7, '0'),
  'user_BENCH' || lpad((i % 10000 + 1)::text, 7, '0'),
  'Visit ' || i, 30, timestamptz '2026-01-01 00:00:00Z' + i * interval '1 second'
from generate_series(1, 1000000) as i;

set session_replication_role = origin;
vacuum analyze;

grant connect on database bench to bench_raw, bench_guc, bench_subquery;
grant usage on schema app, workos to bench_raw, bench_guc, bench_subquery;
grant select on app.events, workos.organization_memberships
to bench_raw, bench_guc, bench_subquery;
alter role bench_raw bypassrls;
create policy bench_guc on app.events for select to bench_guc
using (org_id = (select current_setting('request.jwt.claims', true)::json ->> 'org_id'));
create policy bench_subquery on app.events for select to bench_subquery
using (org_id in (
  select m.organization_id from workos.organization_memberships as m
  where m.user_id = current_setting('request.jwt.claims', true)::json ->> 'sub'
));
create policy bench_subquery on workos.organization_memberships for select to bench_subquery
using (true);

-- The bare table of the upsert peer: one row for each object, as a user would keep it.
create table public.bare_users (
  id text primary key, raw jsonb not null, email text, updated_at timestamptz not null
);
grant usage on schema public to bench_raw;
grant select, insert, update on public.bare_users to bench_raw;
