-- Create what seals a context, and the log of contexts that need a reason.
-- breaking: yes

create schema audit;
comment on schema audit is 'Who did what, when and why.';

create table authz.seal_keys (
  kid integer generated always as identity,
  ipad bytea not null,
  opad bytea not null,
  created_at timestamptz not null default pg_catalog.clock_timestamp(),
  retired_at timestamptz,
  constraint seal_keys_pkey primary key (kid)
);
comment on table authz.seal_keys is 'The HMAC keys that seal a context; never in a dump.';
comment on column authz.seal_keys.kid is 'The key id in a sealed context.';
comment on column authz.seal_keys.ipad is 'The key xor 0x36 (RFC 2104).';
comment on column authz.seal_keys.opad is 'The key xor 0x5c (RFC 2104).';
comment on column authz.seal_keys.created_at is 'When it became the newest.';
comment on column authz.seal_keys.retired_at is
'When a newer one took over; only transactions that began before may still show it.';

create table authz.tombstone_key (
  only_row boolean not null default true,
  ipad bytea not null,
  opad bytea not null,
  constraint tombstone_key_pkey primary key (only_row),
  constraint tombstone_key_only_row_check check (only_row)
);
comment on table authz.tombstone_key is 'The HMAC key of authz.tombstones; it never changes.';
comment on column authz.tombstone_key.only_row is 'Always true: there is one row.';
comment on column authz.tombstone_key.ipad is 'The key xor 0x36 (RFC 2104).';
comment on column authz.tombstone_key.opad is 'The key xor 0x5c (RFC 2104).';

create table authz.tombstones (
  digest bytea not null,
  erased_at timestamptz not null default pg_catalog.now(),
  constraint tombstones_pkey primary key (digest)
);
comment on table authz.tombstones is 'Erased people and organizations, as keyed digests of their ids.';
comment on column authz.tombstones.digest is 'HMAC-SHA256 of the id.';
comment on column authz.tombstones.erased_at is 'When it was erased.';

create table authz.heartbeat (
  only_row boolean not null default true,
  beat_at timestamptz not null,
  constraint heartbeat_pkey primary key (only_row),
  constraint heartbeat_only_row_check check (only_row)
);
comment on table authz.heartbeat is 'Written every few seconds, so that a standby knows its age.';
comment on column authz.heartbeat.only_row is 'Always true: there is one row.';
comment on column authz.heartbeat.beat_at is 'When the primary last wrote it.';

create table audit.contexts (
  id bigint generated always as identity,
  opened_at timestamptz not null default pg_catalog.clock_timestamp(),
  kind text not null,
  login text not null,
  actor text,
  org_id text collate "C",
  reason text not null,
  constraint contexts_pkey primary key (id),
  constraint contexts_kind_check check (kind in ('system', 'admin', 'auditor', 'keys'))
);
comment on table audit.contexts is 'Who opened a system or privileged context or changed a key, and why.';
comment on column audit.contexts.id is 'Ascends with time.';
comment on column audit.contexts.opened_at is 'When.';
comment on column audit.contexts.kind is 'system, admin, auditor, or keys for a change of keys.';
comment on column audit.contexts.login is 'The session_user.';
comment on column audit.contexts.actor is 'Who acted, as the caller named it.';
comment on column audit.contexts.org_id is 'The organization of a system context.';
comment on column audit.contexts.reason is 'Why, as the caller said.';
