/**
 * What happened. Measurements and occurrences are many: partitioned by day of their recorded time, no foreign keys (the
 * writer resolves the numbers before it copies). `clock_confidence`: 0 doubtful, 1 plausible, 2 confirmed.
 * Rows whose recorded time is not sane land in the default partition.
 */
export const records = `
create table measurement (
  recorded_at timestamptz not null,
  occurred_at timestamptz not null,
  received_at timestamptz not null default now(),
  sequence bigint not null,
  epoch_no int not null,
  point_no int not null,
  value double precision,
  clock_confidence smallint not null,
  unit text not null,
  bad_reason text,
  check ((value is null) = (bad_reason is not null))
) partition by range (recorded_at);
create unique index measurement_place on measurement (epoch_no, sequence, recorded_at);
create index measurement_history on measurement (point_no, occurred_at);
create table measurement_default partition of measurement default;

create table occurrence (
  recorded_at timestamptz not null,
  occurred_at timestamptz not null,
  received_at timestamptz not null default now(),
  sequence bigint not null,
  epoch_no int not null,
  device_no int not null,
  body jsonb not null
) partition by range (recorded_at);
create unique index occurrence_place on occurrence (epoch_no, sequence, recorded_at);
create index occurrence_history on occurrence (device_no, occurred_at);
create table occurrence_default partition of occurrence default;

create table void_range (
  epoch_no int not null references epoch,
  stream text not null,
  sequence bigint not null,
  through_sequence bigint not null,
  count bigint not null,
  reason text not null,
  recorded_at timestamptz not null,
  received_at timestamptz not null default now(),
  primary key (epoch_no, stream, sequence)
);

-- Bytes nobody could read, kept as they came. No place: not even the batch could be read.
create table quarantine (
  quarantine_no bigint generated always as identity primary key,
  gateway_no int not null references gateway,
  epoch_no int references epoch,
  stream text,
  sequence bigint,
  recorded_at timestamptz,
  received_at timestamptz not null default now(),
  reason text not null,
  raw bytea not null
);
create index quarantine_place on quarantine (epoch_no, stream, sequence);
create index quarantine_gateway on quarantine (gateway_no, quarantine_no) where epoch_no is null;
`;
