-- Say why the feed cannot be read at the moment, and what to do; null says that it can.
-- Flow: called by the feed when WorkOS did not give a page; the status view shows it.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing.
-- Why: whoever looks at the database must see it, without the logs of the worker.
set local role orgscope_definer;

create or replace function sync.report_feed(problem text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  if report_feed.problem is not null then
    perform sync.open_feed(); -- It may never have been read.
  end if;
  update sync.feeds as f
  set problem = report_feed.problem,
      problem_since = case
        when report_feed.problem is not null then coalesce(f.problem_since, now())
      end
  where f.name = 'events' and f.problem is distinct from report_feed.problem;
end
$$;

comment on function sync.report_feed(text)
is 'Say why the feed cannot be read at the moment, and what to do.';
revoke all on function sync.report_feed(text) from public;
grant execute on function sync.report_feed(text) to orgscope_sync;
