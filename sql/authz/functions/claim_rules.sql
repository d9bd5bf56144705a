-- Return the rules that the claims of a WorkOS access token must keep; Python reads this same text.
-- Flow: read by authz.check_claims (SQL) and by orgscope.authz.claims (Python).
-- Runs as: orgscope_sealer, invoker.
-- Raises: nothing.
-- Why: one table for both verifiers, so that they cannot drift apart. Patterns are anchored and use
--      plain classes only, so that a PostgreSQL ARE and Python's re.fullmatch read them alike.
--
-- Keys of a rule. claim: the name. required: absent is refused. nullable: null counts as absent.
-- type: string, strings (array of strings), string_or_strings, object, or number (a JSON number
-- whose jsonb text is 1 to 11 digits: seconds since 1970). pattern: what a string must match.
-- max_items: of an array. max_length: characters of each string of an array. members: the rules of
-- the members of an object. A claim without a rule is ignored.
set local role orgscope_sealer;

create or replace function authz.claim_rules()
returns jsonb
language sql
immutable
parallel safe
begin atomic
  select $rules$[
    {"claim": "iss", "required": true, "type": "string", "pattern": "^[!-~]{1,255}$"},
    {"claim": "sub", "required": true, "type": "string", "pattern": "^user_[A-Za-z0-9]{1,64}$"},
    {"claim": "sid", "required": true, "type": "string", "pattern": "^session_[A-Za-z0-9]{1,64}$"},
    {"claim": "iat", "required": true, "type": "number"},
    {"claim": "exp", "required": true, "type": "number"},
    {"claim": "nbf", "required": false, "type": "number"},
    {"claim": "auth_time", "required": false, "type": "number"},
    {"claim": "jti", "required": false, "type": "string", "pattern": "^[!-~]{1,255}$"},
    {"claim": "client_id", "required": false, "type": "string", "pattern": "^[!-~]{1,255}$"},
    {"claim": "aud", "required": false, "type": "string_or_strings"},
    {"claim": "org_id", "required": false, "nullable": true, "type": "string",
     "pattern": "^org_[A-Za-z0-9]{1,64}$"},
    {"claim": "role", "required": false, "nullable": true, "type": "string",
     "pattern": "^[A-Za-z0-9_.:-]{1,128}$"},
    {"claim": "roles", "required": false, "type": "strings", "max_items": 1000, "max_length": 128},
    {"claim": "permissions", "required": false, "type": "strings",
     "max_items": 1000, "max_length": 128},
    {"claim": "act", "required": false, "type": "object", "members": [
      {"claim": "sub", "required": true, "type": "string", "pattern": "^[^ ]{1,255}$"}
    ]}
  ]$rules$::pg_catalog.jsonb;
end;

comment on function authz.claim_rules() is
'The rules of the claims of an access token: name, required, nullable, type, pattern, bounds.';

revoke all on function authz.claim_rules() from public;
