-- Tell keys that WorkOS stopped serving from keys that an operator retired.
-- breaking: no

-- What was retired before stays retired for good: nobody can know any more who retired it.
alter table authz.jwks
add column missing_since timestamptz,
add column withdrawn boolean not null default false;

-- The table has a few dozen rows, so the scan is over at once.
alter table authz.jwks
-- squawk-ignore constraint-missing-not-valid
add constraint jwks_withdrawn_check check (not withdrawn or retired_at is not null);

comment on column authz.jwks.retired_at is 'Since when tokens of the key are refused.';
comment on column authz.jwks.missing_since is
'Since when WorkOS does not serve the key; null while it does.';
comment on column authz.jwks.withdrawn is
'Refused because WorkOS stopped serving it; lives again when it is served. Else retired for good.';

-- Its own file makes it again in this transaction, with the same columns and two more.
-- squawk-ignore ban-drop-function
drop function if exists authz.list_keys();
