-- What an application of today may have: its logins are not ours, and one owner is not the only one.
-- as: vet app
create schema vet;
create type vet.kind as enum ('cat', 'dog');
create type vet.period as range (subtype = date);
create type vet.address as (street text, town text);
create domain vet.email as text constraint email_check check (value ~ '@');
create sequence vet.invoice_numbers increment by 10 start with 100;
create table vet.clinics (
  id bigserial primary key,
  name varchar(40) not null,
  status varchar(10) not null default 'open' check (status in ('open', 'closed')),
  contact vet.email,
  opened vet.period
);
create table vet.pets (
  id bigint generated always as identity,
  clinic_id bigint not null references vet.clinics (id),
  name text not null,
  kind vet.kind not null,
  label text,
  primary key (id, kind)
) partition by list (kind);
create table vet.pets_dogs partition of vet.pets for values in ('dog');
create table vet.pets_others partition of vet.pets default;
create index pets_label_idx on vet.pets (label) where label in ('a', 'b');
create statistics vet.pets_statistics (dependencies) on clinic_id, kind from vet.pets;
create function vet.tg_pets__label() returns trigger language plpgsql as $$
begin
  new.label := coalesce(new.label, lower(new.name));
  return new;
end
$$;
create trigger label before insert or update on vet.pets
for each row execute function vet.tg_pets__label();
create function vet.pet_count(clinic bigint) returns bigint language sql stable security definer
as 'select count(*) from vet.pets where clinic_id = clinic';
create view vet.open_clinics as select id, name from vet.clinics where status in ('open', 'new');
create materialized view vet.pets_per_clinic as select clinic_id, count(*) from vet.pets group by 1;
alter table vet.pets enable row level security;
create policy old_policy on vet.pets using (true);
grant usage on schema vet to vet_reports, vet_jobs;
grant create on schema vet to vet_jobs;
grant select (id, name) on vet.pets to vet_reports;
alter default privileges in schema vet grant select on tables to vet_reports;
insert into vet.clinics (name) values ('North'), ('South');
insert into vet.pets (clinic_id, name, kind)
values (1, 'Ada', 'cat'), (1, 'Bob', 'dog'), (2, 'Cleo', 'dog');
-- as: vet_jobs
create table vet.jobs (id serial primary key, note text not null default 'a; b');
insert into vet.jobs default values;
