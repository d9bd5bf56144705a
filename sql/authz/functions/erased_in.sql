-- Return the erased ids that texts of JSON name.
-- Flow: called by sync.erased_in for what comes in, and by sync.concerns_erased for what is shown.
-- Runs as: orgscope_sealer, definer: only it reads the tombstones and their key.
-- Raises: WS308 when the key is missing while tombstones exist.
-- Why: a digest says nothing of its id, so everything that could be one is looked up: what stands
--      between two quotes. While nobody was erased that costs one look at an empty table. Without
--      the key nobody knows what may be kept, and what is refused here is not kept: so it raises.
--      The key stands only as columns of this query (rule A3). The limit keeps the planner from
--      reading all tombstones, however many pieces it expects.
set local role orgscope_sealer;

create or replace function authz.erased_in(texts text[])
returns text[]
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  if not exists (select from authz.tombstones as t) then
    return '{}';
  elsif not exists (select from authz.tombstone_key as k) then
    raise exception using
      errcode = 'WS308',
      message = 'there is no tombstone key, so nobody can tell who was erased',
      hint = 'Restore authz.tombstone_key from the backup that holds the tombstones.';
  end if;
  return array(
    select p.piece
    from (
      select distinct s.piece
      from unnest(texts) as w (whole)
      cross join lateral string_to_table(w.whole, '"') as s (piece)
      where length(s.piece) between 1 and 255
    ) as p
    cross join authz.tombstone_key as k
    cross join lateral (
      select from authz.tombstones as t
      where t.digest = sha256(k.opad || sha256(k.ipad || convert_to(p.piece, 'UTF8')))
      limit 1
    ) as found
  );
end
$$;

comment on function authz.erased_in(text[]) is 'Return the erased ids that texts of JSON name.';
revoke all on function authz.erased_in(text[]) from public;
grant execute on function authz.erased_in(text[]) to orgscope_definer;
