-- Make way for functions of sync that apply what can be read of an object.
-- breaking: no

-- Their own files make them again in this transaction, with other parameters.
-- squawk-ignore ban-drop-function
drop function if exists sync.make_version(jsonb, sync.change, timestamptz);
-- squawk-ignore ban-drop-function
drop function if exists sync.apply_object(sync.families, jsonb, sync.change);
-- squawk-ignore ban-drop-function
drop function if exists sync.parse_object(text);

comment on type sync.event is
'An event taken apart; error says why jsonb cannot hold its body, if it cannot.';
comment on column workos.users.lossy is
'True when raw is not all that WorkOS sent: U+FFFD for what jsonb cannot hold, null for an unreadable field.';
comment on column workos.organizations.lossy is
'True when raw is not all that WorkOS sent: U+FFFD for what jsonb cannot hold, null for an unreadable field.';
comment on column workos.organization_domains.lossy is
'True when raw is not all that WorkOS sent: U+FFFD for what jsonb cannot hold, null for an unreadable field.';
comment on column workos.organization_memberships.lossy is
'True when raw is not all that WorkOS sent: U+FFFD for what jsonb cannot hold, null for an unreadable field.';
comment on column workos.sessions.lossy is
'True when raw is not all that WorkOS sent: U+FFFD for what jsonb cannot hold, null for an unreadable field.';
