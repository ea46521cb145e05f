/** Who may be a gateway of this fleet: the authority, claim codes, certificates, and what waits for the desk. */
export const enrolment = `
-- One row: whoever comes first makes it, every fleet process signs with it. The key is sealed by a passphrase that is
-- not in the database.
create table authority (
  only_one bool primary key default true check (only_one),
  made_at timestamptz not null default now(),
  chain text not null,
  sealed_key jsonb not null
);

create table claim (
  claim_id text primary key,
  -- SHA-256. The code has 80 random bits, which nobody finds from it.
  secret_hash bytea not null unique,
  label text not null,
  made_by text not null,
  made_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  max_uses int not null check (max_uses >= 1),
  use_count int not null default 0 check (use_count between 0 and max_uses)
);

-- For whom a code is good: each line once. Without a gateway id the gateway names itself, without a serial it is any box.
create table claim_line (
  claim_id text not null references claim,
  line_no int not null,
  gateway_id text,
  serial text,
  used_at timestamptz,
  -- Of the key that used it: the same key asking again, because the answer was lost, gets the same certificate.
  public_key_hash text,
  certificate_serial text,
  primary key (claim_id, line_no)
);
create unique index claim_line_serial on claim_line (claim_id, serial) where serial is not null;

create table certificate (
  serial text primary key,
  gateway_id text not null,
  -- SHA-256 of the certificate and of its public key, hex.
  fingerprint text not null unique,
  public_key_hash text not null,
  der bytea not null,
  not_before timestamptz not null,
  not_after timestamptz not null,
  issued_at timestamptz not null default now(),
  reason text not null check (reason in ('claim', 'renewal', 'approval', 'stick')),
  replaces text,
  revoked_at timestamptz,
  revoked_by text,
  revoke_reason text
);
create index certificate_of_gateway on certificate (gateway_id, issued_at desc);

-- A gateway that proved an old key of its own and is not let in by the rules alone.
create table enrolment_request (
  request_id text primary key,
  gateway_id text not null,
  public_key_hash text not null unique,
  reason text not null,
  source text not null,
  asked_at timestamptz not null default now(),
  state text not null default 'pending' check (state in ('pending', 'approved', 'refused', 'done')),
  decided_by text,
  decided_at timestamptz
);

create table decommission (
  order_id text primary key,
  gateway_id text not null,
  nonce text not null,
  ordered_by text not null,
  reason text not null,
  made_at timestamptz not null default now()
);
`;
