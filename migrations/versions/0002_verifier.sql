-- Create what the token verifier keeps.
-- breaking: yes

create schema authz;
comment on schema authz is 'Tokens, claims and the context of a request that nobody can forge.';
grant usage, create on schema authz to orgscope_sealer;

create table authz.settings (
  only_row boolean not null default true,
  issuers text[] not null,
  audiences text[] not null,
  client_id text not null,
  leeway_s integer not null,
  max_age_s integer not null,
  standby_max_lag_s integer not null,
  role_source text not null,
  epoch bigint not null default 1,
  constraint settings_pkey primary key (only_row),
  constraint settings_only_row_check check (only_row),
  constraint settings_issuers_check check (cardinality(issuers) > 0),
  constraint settings_leeway_s_check check (leeway_s between 0 and 60),
  constraint settings_role_source_check check (role_source in ('both', 'token', 'mirror'))
);
comment on table authz.settings is 'What the verifier accepts; one row, written only by migrate.';
comment on column authz.settings.only_row is 'Always true: there is one row.';
comment on column authz.settings.issuers is 'The exact values of iss that are accepted.';
comment on column authz.settings.audiences is 'When not empty, aud must name one of these.';
comment on column authz.settings.client_id is 'The WorkOS client id; client_id and aud must agree.';
comment on column authz.settings.leeway_s is 'Seconds by which clocks may differ.';
comment on column authz.settings.max_age_s is 'The longest exp - iat, in seconds.';
comment on column authz.settings.standby_max_lag_s is 'The oldest heartbeat a standby trusts.';
comment on column authz.settings.role_source is 'both: token and mirror must agree; or one side.';
comment on column authz.settings.epoch is 'Rises with each change: tokens verified before are void.';

create table authz.jwks (
  kid text collate "C" not null,
  modulus numeric not null,
  modulus_octets integer not null,
  block numeric not null,
  added_at timestamptz not null default pg_catalog.now(),
  retired_at timestamptz,
  constraint jwks_pkey primary key (kid),
  constraint jwks_modulus_octets_check check (modulus_octets in (256, 384, 512))
);
comment on table authz.jwks is 'The RSA keys that sign WorkOS access tokens (e = 65537).';
comment on column authz.jwks.kid is 'The key id in the header of a token.';
comment on column authz.jwks.modulus is 'n.';
comment on column authz.jwks.modulus_octets is 'The length of n, and of every signature by it.';
comment on column authz.jwks.block is 'The PKCS#1 v1.5 block of a SHA-256 digest of zero (RFC 8017).';
comment on column authz.jwks.added_at is 'When the key was added.';
comment on column authz.jwks.retired_at is 'When the key was retired; it never comes back.';

create table authz.key_pin (
  only_row boolean not null default true,
  pinned_at timestamptz not null default pg_catalog.now(),
  pinned_by text not null default session_user,
  constraint key_pin_pkey primary key (only_row),
  constraint key_pin_only_row_check check (only_row)
);
comment on table authz.key_pin is 'While its row exists, authz.put_keys refuses new keys.';
comment on column authz.key_pin.only_row is 'Always true: there is one row.';
comment on column authz.key_pin.pinned_at is 'When the keys were pinned.';
comment on column authz.key_pin.pinned_by is 'The login that pinned them.';

create unlogged table authz.verified_tokens (
  digest bytea not null,
  kid text collate "C" not null,
  epoch bigint not null,
  expires_at bigint not null,
  claims jsonb not null,
  constraint verified_tokens_pkey primary key (digest)
);
create index verified_tokens_expires_at_idx on authz.verified_tokens (expires_at);
comment on table authz.verified_tokens is 'Tokens that verified, until exp; empty after a crash.';
comment on column authz.verified_tokens.digest is 'sha256 of the whole token.';
comment on column authz.verified_tokens.kid is 'The key that signed it; recall asks that it lives.';
comment on column authz.verified_tokens.epoch is 'authz.settings.epoch when it verified.';
comment on column authz.verified_tokens.expires_at is 'exp, in seconds since 1970.';
comment on column authz.verified_tokens.claims is 'The ruled claims of the token.';
