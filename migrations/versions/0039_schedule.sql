-- Create sync.schedule: how often all is to be read.
-- breaking: no

create table sync.schedule (
  job text not null,
  every interval not null,
  constraint schedule_pkey primary key (job),
  constraint schedule_every_check check (every > interval '0')
);
comment on table sync.schedule is 'How often a worker does what is overdue when nobody does it.';
comment on column sync.schedule.job is 'reconcile: to read all of WorkOS.';
comment on column sync.schedule.every is 'ORGSCOPE_RECONCILE_EVERY of the worker that asked last.';

insert into sync.schedule (job, every) values ('reconcile', interval '1 day');
