-- Let a family name the objects of others that a list shows inside of its own.
-- breaking: no

alter table sync.families add column embeds jsonb not null default '{}';
comment on column sync.families.embeds is
'Field -> family whose objects a list shows there, all of them, such as domains of organizations.';

-- Its own file makes it again in this transaction: with embeds.
-- squawk-ignore ban-drop-function
drop function if exists sync.register_family(
  text, regclass, regprocedure, text[], text[], jsonb, text[], text, text[]
);
