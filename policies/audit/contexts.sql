-- Who may do what with audit.contexts: written by the sealer, read with a reason; nobody changes
--      it.

call authz.reset_policies('audit.contexts');

create policy insert_sealer on audit.contexts for insert to orgscope_sealer with check (true);
create policy select_auditor on audit.contexts for select to orgscope_auditor
using ((select authz.is_privileged('auditor')));
create policy select_admin on audit.contexts for select to orgscope_admin
using ((select authz.is_privileged('admin')));
create policy all_backup on audit.contexts for select to orgscope_backup using (true);

revoke all on audit.contexts from public;
grant insert (kind, login, actor, org_id, reason) on audit.contexts to orgscope_sealer;
grant select on audit.contexts to orgscope_auditor, orgscope_admin, orgscope_backup;
