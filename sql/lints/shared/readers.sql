-- Return the nodes, of policies and of bodies, that read a setting, by themselves or by others.
-- Flow: read by fallbacks and lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: claims has only those of policies, and views.
-- uses: nodes, sources, settings
select n.tree, n.place
from nodes as n
inner join sources as s on n.function = s.object and s.class = 'pg_proc'::regclass
union
select s.tree, s.place from settings as s where s.tree is not null
