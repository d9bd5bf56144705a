-- Create the tables in which deployments are recorded.
-- breaking: yes

-- `orgscope migrate` creates the schema, because alembic's own tables lie in it as well.
-- Nothing here is a tenant's, and a deployment reads and writes it as the owner with row_security =
-- off: row security is on, and it is the one schema where it is not forced (ADR 0009).
comment on schema deploy is 'What was deployed here, and whether it was changed by hand since.';

create table deploy.revisions (
  project text not null,
  revision text not null,
  breaking boolean not null,
  applied_at timestamptz not null default pg_catalog.now(),
  applied_by text not null default session_user,
  constraint revisions_pkey primary key (project, revision)
);
comment on table deploy.revisions is
'Every revision that ran, and whether code that does not know it must refuse to start.';
comment on column deploy.revisions.project is 'core, or the name in the project''s orgscope.toml.';
comment on column deploy.revisions.revision is 'The number of the revision.';
comment on column deploy.revisions.breaking is 'True when older code must not run on this database.';
comment on column deploy.revisions.applied_at is 'When the revision ran.';
comment on column deploy.revisions.applied_by is 'The login that ran it.';

create table deploy.applied_files (
  project text not null,
  path text not null,
  sha256 text not null,
  applied_at timestamptz not null default pg_catalog.now(),
  applied_by text not null default session_user,
  constraint applied_files_pkey primary key (project, path)
);
comment on table deploy.applied_files is 'The repeatable files as they were last applied.';
comment on column deploy.applied_files.project is 'core, or the name in the project''s orgscope.toml.';
comment on column deploy.applied_files.path is 'The file, relative to its project.';
comment on column deploy.applied_files.sha256 is 'The digest by which a change is noticed.';
comment on column deploy.applied_files.applied_at is 'When the file was applied.';
comment on column deploy.applied_files.applied_by is 'The login that applied it.';

create table deploy.objects (
  schema_name text not null,
  kind text not null,
  identity text not null,
  definition text not null,
  constraint objects_pkey primary key (schema_name, kind, identity)
);
comment on table deploy.objects is
'Every object as deployments left it; what differs from it was changed by hand.';
comment on column deploy.objects.schema_name is 'The schema that holds the object.';
comment on column deploy.objects.kind is 'What it is, such as table, policy or grant on function.';
comment on column deploy.objects.identity is 'Its name, with what it belongs to.';
comment on column deploy.objects.definition is 'What it is like, as comparable text.';
