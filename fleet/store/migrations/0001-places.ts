/**
 * Who speaks and how much of it we hold. Records name their place by small numbers (`epoch_no`, `device_no`,
 * `point_no`); these tables say what the numbers stand for.
 */
export const places = `
create table gateway (
  gateway_no int generated always as identity primary key,
  gateway_id text not null unique,
  state text not null default 'offline' check (state in ('online', 'offline')),
  -- The nonce of the live session: commands carry it, and a last will counts only if it is of this session.
  session text,
  boot_id text,
  agent_version text,
  first_seen_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  reported jsonb,
  reported_at timestamptz
);

create table epoch (
  epoch_no int generated always as identity primary key,
  gateway_no int not null references gateway,
  epoch text not null,
  -- 1, 2, 3 … by first contact. The order of (ordinal, sequence) is the order in which a gateway wrote.
  ordinal int not null,
  first_contact_at timestamptz not null default now(),
  unique (gateway_no, epoch),
  unique (gateway_no, ordinal)
);

-- What we hold of each stream. Locked and updated in the transaction that writes the rows: this is the exactly-once.
create table held (
  epoch_no int not null references epoch,
  stream text not null,
  intervals int8multirange not null default '{}',
  primary key (epoch_no, stream)
);

create table device (
  device_no int generated always as identity primary key,
  gateway_no int not null references gateway,
  device_id text not null,
  adapter text not null default '',
  name jsonb,
  profile text,
  state text not null default 'starting' check (state in ('starting', 'online', 'offline', 'fault')),
  reason text not null default '',
  -- Whether the last reported state still names it.
  is_configured boolean not null default false,
  unique (gateway_no, device_id)
);

create table point (
  point_no int generated always as identity primary key,
  device_no int not null references device,
  point_id text not null,
  name jsonb,
  unit text not null default '',
  writable jsonb,
  -- The newest reading and its place; a reading of an earlier place never overwrites it.
  value double precision,
  bad_reason text,
  occurred_at timestamptz,
  clock_confidence smallint,
  at_ordinal int not null default 0,
  at_sequence bigint not null default 0,
  unique (device_no, point_id)
) with (fillfactor = 70);
`;
