/** The alarm desk: how each occurrence stands, every step it took, the orders given from here and what came of them. */
export const alarmsAndCommands = `
create table alarm (
  occurrence_id text primary key,
  gateway_no int not null references gateway,
  version int not null,
  rule_id text not null,
  device_id text,
  point_id text,
  priority text not null,
  state text not null,
  suppression jsonb not null,
  change text not null,
  message jsonb not null,
  value double precision,
  actor text,
  note text,
  raised_at timestamptz not null,
  occurred_at timestamptz not null,
  clock_confidence smallint not null
);
create index alarm_newest on alarm (raised_at desc, occurrence_id desc);
create index alarm_open on alarm (raised_at desc, occurrence_id desc) where state <> 'normal';
create index alarm_open_gateway on alarm (gateway_no) where state <> 'normal';

-- The records of the alarm stream. \`alarm\` may be ahead of them: a notice comes before its record.
create table alarm_step (
  epoch_no int not null references epoch,
  sequence bigint not null,
  recorded_at timestamptz not null,
  received_at timestamptz not null default now(),
  occurrence_id text not null,
  version int not null,
  body jsonb not null,
  primary key (epoch_no, sequence)
);
create index alarm_step_occurrence on alarm_step (occurrence_id, version);

create table command (
  command_id text primary key,
  gateway_no int not null references gateway,
  actor text not null,
  wire_order jsonb not null,
  session text not null,
  ttl_ms int not null,
  sent_at timestamptz not null default now()
);
create index command_occurrence on command ((wire_order ->> 'occurrenceId'), sent_at);

-- The records of the result stream, also of commands given at the site.
create table command_result (
  epoch_no int not null references epoch,
  sequence bigint not null,
  recorded_at timestamptz not null,
  received_at timestamptz not null default now(),
  command_id text not null,
  body jsonb not null,
  primary key (epoch_no, sequence)
);
create index command_result_command on command_result (command_id);

-- Every record we hold, by its place, for people and for checks.
create view record_place as
  select gateway_id, epoch, ordinal, stream, sequence, recorded_at, received_at, kind, device_id, body from (
    select epoch_no, 'measurement' as stream, sequence, recorded_at, m.received_at, 'record' as kind, device_id,
           jsonb_build_object('pointId', point_id, 'value', m.value) as body
      from measurement m join point using (point_no) join device using (device_no)
    union all
    select epoch_no, 'occurrence', sequence, recorded_at, received_at, 'record', device_id, body
      from occurrence join device using (device_no)
    union all
    select epoch_no, 'alarm', sequence, recorded_at, received_at, 'record', body ->> 'deviceId', body from alarm_step
    union all
    select epoch_no, 'result', sequence, recorded_at, received_at, 'record', null, body from command_result
    union all
    select epoch_no, stream, sequence, recorded_at, received_at, 'void', null,
           jsonb_build_object('throughSequence', through_sequence, 'count', count, 'reason', reason) from void_range
    union all
    select epoch_no, stream, sequence, recorded_at, received_at, 'quarantined', null, null
      from quarantine where sequence is not null
  ) place join epoch using (epoch_no) join gateway using (gateway_no);
`;
