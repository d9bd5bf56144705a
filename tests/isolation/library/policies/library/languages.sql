-- Who may do what with library.languages: whoever has a context reads; a revision adds one.

call authz.reset_policies('library.languages');

create policy select_with_context on library.languages for select to orgscope_user
using ((select authz.claims_or_null()) is not null);
create policy all_backup on library.languages for select to orgscope_backup using (true);

revoke all on library.languages from public;
revoke all on library.languages from orgscope_user;
grant select on library.languages to orgscope_user, orgscope_backup;
