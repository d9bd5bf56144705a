-- Take from PUBLIC what lets one login harm every other, in this database; needs a superuser.
-- Flow: run by `orgscope roles` after sql/roles.sql; without a superuser it only says so.
-- Runs as: a superuser; `orgscope doctor` names line by line what is still open elsewhere.
-- Raises: nothing.
-- Why: RESET ROLE gives a request back its login, and catalogue functions are open to every login:
--      locks that exhaust shared memory, large objects that carry loot, other sessions' queries.

do $$
declare
  v_function regprocedure;
begin
  if (select r.rolsuper from pg_roles as r where r.rolname = current_user) is not true then
    raise notice 'not a superuser: catalogue functions stay open to PUBLIC (see orgscope doctor)';
    return;
  end if;

  for v_function in
    select p.oid::regprocedure
    from pg_proc as p
    where p.pronamespace = 'pg_catalog'::regnamespace
      and (
        p.proname ~ '^pg_(try_)?advisory_(xact_)?lock(_shared)?$'
        or p.proname ~ '^lo_' or p.proname in ('loread', 'lowrite')
        or p.proname ~ '^(query|table|cursor|schema|database)_to_xml'
        or p.proname in (
          'pg_terminate_backend', 'pg_cancel_backend', 'pg_stat_get_activity',
          'pg_stat_get_backend_activity', 'pg_export_snapshot', 'pg_logical_emit_message', 'pg_notify'
        )
      )
  loop
    execute format('revoke execute on function %s from public', v_function);
  end loop;

  -- Bearer tokens travel as parameters: they must not stand in the server's log.
  alter role orgscope_api set log_parameter_max_length = 0;
  alter role orgscope_api set log_parameter_max_length_on_error = 0;
  alter role orgscope_sync set log_parameter_max_length = 0;
  alter role orgscope_sync set log_parameter_max_length_on_error = 0;
end
$$;

do $$
begin
  if (select r.rolsuper from pg_roles as r where r.rolname = current_user) is true then
    grant execute on function pg_catalog.pg_try_advisory_xact_lock(bigint) to orgscope_sealer;
    grant execute on function pg_catalog.pg_try_advisory_lock(bigint) to orgscope_migrator;
    grant execute on function pg_catalog.pg_export_snapshot() to orgscope_backup;
    grant execute on function pg_catalog.pg_stat_get_activity(integer) to pg_monitor;
    grant execute on function pg_catalog.pg_stat_get_backend_activity(integer) to pg_monitor;
    grant execute on function pg_catalog.pg_terminate_backend(integer, bigint) to pg_signal_backend;
    grant execute on function pg_catalog.pg_cancel_backend(integer) to pg_signal_backend;
  end if;
end
$$;
