/**
 * Charging transactions, joined from the occurrences of charge points in the transaction that writes those. Kept when
 * the occurrences are dropped by their age.
 */
export const charging = `
create table charging_transaction (
  device_no int not null references device,
  transaction text not null,
  -- Everything the records said, to be joined with what the next ones say; the other columns are what it amounts to.
  facts jsonb,
  -- Null while only repeated messages were heard of it: shown nowhere.
  status text check (status in ('charging', 'ended', 'refused', 'unended', 'unmatched')),
  -- The station's clock, as all instants here but the two of the records.
  began_at timestamptz,
  connector int,
  id_tag text,
  id_tag_status text,
  started_at timestamptz,
  stopped_at timestamptz,
  meter_start_wh double precision,
  meter_stop_wh double precision,
  meter_last_wh double precision,
  meter_last_at timestamptz,
  energy_wh double precision,
  reason text,
  is_offline boolean not null default false,
  reconciled text,
  claimed_id text,
  hole_count int not null default 0,
  missing_count double precision not null default 0,
  duplicate_count int not null default 0,
  first_occurred_at timestamptz,
  last_occurred_at timestamptz,
  primary key (device_no, transaction)
) with (fillfactor = 70);
create index charging_transaction_newest on charging_transaction (began_at desc, device_no desc, transaction desc)
  where status is not null;
create index charging_transaction_device on charging_transaction (device_no, began_at desc, transaction desc)
  where status is not null;
create index charging_transaction_odd on charging_transaction (status, began_at desc) where status <> 'ended';
`;
