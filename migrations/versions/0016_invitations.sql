-- Create the mirror of invitations.

create table workos.invitations (
  id text collate "C" not null,
  raw jsonb,
  lossy boolean not null default false,
  source_updated_at timestamptz not null default '-infinity',
  event_id text collate "C" not null default '',
  deleted_at timestamptz,
  first_seen_at timestamptz not null default pg_catalog.now(),
  synced_at timestamptz not null default pg_catalog.now(),
  origin text not null,
  email text generated always as (raw ->> 'email') stored,
  state text generated always as (raw ->> 'state') stored,
  organization_id text collate "C" generated always as (raw ->> 'organization_id') stored,
  inviter_user_id text collate "C" generated always as (raw ->> 'inviter_user_id') stored,
  accepted_user_id text collate "C" generated always as (raw ->> 'accepted_user_id') stored,
  role_slug text generated always as (raw ->> 'role_slug') stored,
  expires_at timestamptz generated always as (workos.timestamp_v1(raw ->> 'expires_at')) stored,
  accepted_at timestamptz generated always as (workos.timestamp_v1(raw ->> 'accepted_at')) stored,
  revoked_at timestamptz generated always as (workos.timestamp_v1(raw ->> 'revoked_at')) stored,
  created_at timestamptz generated always as (workos.timestamp_v1(raw ->> 'created_at')) stored,
  constraint invitations_pkey primary key (id),
  constraint invitations_origin_check
  check (origin in ('webhook', 'feed', 'api', 'repair', 'stub'))
);
create index invitations_organization_id_idx
on workos.invitations (organization_id);
comment on table workos.invitations
is 'Invitations; who holds their secrets can accept them, so those are not stored.';
comment on column workos.invitations.id is 'The WorkOS id.';
comment on column workos.invitations.raw
is 'The object as last seen, without token and accept_invitation_url; null in a stub.';
comment on column workos.invitations.lossy is
'True when raw is not all that was sent: U+FFFD for what jsonb cannot hold, null for an '
'unreadable field.';
comment on column workos.invitations.source_updated_at is 'The version: updated_at as WorkOS says.';
comment on column workos.invitations.event_id
is 'The last event of the version; empty when only a read brought it.';
comment on column workos.invitations.deleted_at is 'When it was deleted; a tombstone is final.';
comment on column workos.invitations.first_seen_at is 'When the row was made here.';
comment on column workos.invitations.synced_at
is 'Since when it is known: when an event was applied, or when the request of a read began.';
comment on column workos.invitations.origin
is 'What brought the version: webhook, feed, api, repair or stub.';
comment on column workos.invitations.email
is 'Whom it was sent to; who accepts it may have another address.';
comment on column workos.invitations.state
is 'pending, accepted, expired or revoked; no event says expired.';
comment on column workos.invitations.organization_id is 'The organization, or null.';
comment on column workos.invitations.inviter_user_id is 'Who sent it, or null.';
comment on column workos.invitations.accepted_user_id is 'Who accepted it, or null.';
comment on column workos.invitations.role_slug is 'The role that it gives, or null.';
comment on column workos.invitations.expires_at is 'Until when it can be accepted.';
comment on column workos.invitations.accepted_at is 'When it was accepted, or null.';
comment on column workos.invitations.revoked_at is 'When it was revoked, or null.';
comment on column workos.invitations.created_at is 'When WorkOS created it.';
