-- Create the cluster-wide roles and what they may do with this database; a DBA runs it once.
-- Flow: `orgscope roles` runs this, roles_settings.sql, roles_hardening.sql, then sets passwords.
-- Runs as: a login with CREATEROLE that owns the database; no superuser. Safe to run again.
-- Raises: WS404 when an orgscope role is superuser or bypasses row security.
-- Why: noinherit comes before the grants, and on PostgreSQL 16+ the grants say so themselves:
--      `alter role … noinherit` does not reach a membership that exists already.

do $$
declare
  v_role text;
  v_pair text[];
  v_options text := '';
  v_dba constant text := current_user;
  v_superuser constant boolean := (select r.rolsuper from pg_roles as r where r.rolname = current_user);
  v_groups constant text[] := array[
    'orgscope_owner', 'orgscope_definer', 'orgscope_sealer', 'orgscope_user'
  ];
  v_logins constant text[] := array[
    'orgscope_migrator', 'orgscope_api', 'orgscope_sync', 'orgscope_keys', 'orgscope_job',
    'orgscope_admin', 'orgscope_auditor', 'orgscope_monitor', 'orgscope_backup'
  ];
  v_memberships constant text[] := array[
    ['orgscope_owner', 'orgscope_migrator'],
    ['orgscope_definer', 'orgscope_migrator'],
    ['orgscope_sealer', 'orgscope_migrator'],
    ['orgscope_user', 'orgscope_api'],
    ['orgscope_user', 'orgscope_job']
  ];
begin
  foreach v_role in array v_groups || v_logins loop
    if not exists (select from pg_roles as r where r.rolname = v_role) then
      execute format(
        'create role %I noinherit %s', v_role,
        case when v_role = any (v_logins) then 'login' else 'nologin' end
      );
    end if;
    if exists (select from pg_roles as r where r.rolname = v_role and (r.rolsuper or r.rolbypassrls)) then
      raise exception using
        errcode = 'WS404',
        message = format('role %s is superuser or bypasses row security', v_role),
        hint = format('A superuser runs: alter role %I nosuperuser nobypassrls.', v_role);
    end if;
  end loop;

  if current_setting('server_version_num')::integer >= 160000 then
    v_options := ' with inherit false, set true, admin false';
  end if;
  foreach v_pair slice 1 in array v_memberships loop
    if not exists (
      select from pg_auth_members as m
      where m.roleid = v_pair[1]::regrole and m.member = v_pair[2]::regrole
    ) then
      execute format('grant %I to %I%s', v_pair[1], v_pair[2], v_options);
    end if;
  end loop;

  -- Nothing of this database is open to everybody: no TEMP, no CREATE in public, no CONNECT.
  execute format('revoke all on database %I from public', current_database());
  revoke all on schema public from public;
  execute format('grant create on database %I to orgscope_owner', current_database());
  foreach v_role in array v_logins loop
    execute format('grant connect on database %I to %I', current_database(), v_role);
  end loop;

  -- Functions are born without EXECUTE for PUBLIC; only the form without a schema has an effect.
  foreach v_role in array array['orgscope_owner', 'orgscope_definer', 'orgscope_sealer'] loop
    if not v_superuser then
      execute format('grant %I to %I%s', v_role, v_dba, replace(v_options, 'inherit false', 'inherit true'));
    end if;
    execute format('alter default privileges for role %I revoke execute on functions from public', v_role);
    if not v_superuser then
      execute format('revoke %I from %I', v_role, v_dba);
    end if;
  end loop;
end
$$;
