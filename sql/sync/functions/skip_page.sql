-- Move the cursor of the feed over a page without a usable event, and tell whether it was there.
-- Flow: called by the feed after sync.receive_page, when WorkOS says that more follows.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing; another reader may have moved the cursor already.
-- Why: WorkOS may leave a page empty and go on behind it. Its own cursor is all that leads on then;
--      whoever asks again from the old one may get the same page for ever.
set local role orgscope_definer;

create or replace function sync.skip_page(cursor_id text, next_id text)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  update sync.feeds as f set cursor_id = next_id
  where f.name = 'events' and f.cursor_id is not distinct from skip_page.cursor_id;
  return found;
end
$$;

comment on function sync.skip_page(text, text)
is 'Move the cursor of the feed over a page without a usable event.';
revoke all on function sync.skip_page(text, text) from public;
grant execute on function sync.skip_page(text, text) to orgscope_sync;
