/**
 * One document a gateway: every revision the desk wrote and every change made on site. Nothing is ever deleted or changed
 * here, but that a revision is approved once and that the text of a change on site comes after its mark.
 */
export const siteDocuments = `
create table site_revision (
  gateway_no int not null references gateway,
  revision int not null check (revision >= 1),
  digest text not null,
  -- As its author wrote it, YAML or JSON, with its remarks.
  document text not null,
  -- The newest change on site that the author had before his eyes.
  knows_store text,
  knows_number int,
  author text not null,
  note text,
  created_at timestamptz not null default now(),
  -- The second person, where it weakens a critical alarm chain.
  approved_by text,
  approved_at timestamptz,
  primary key (gateway_no, revision),
  check ((knows_store is null) = (knows_number is null)),
  check ((approved_by is null) = (approved_at is null)),
  check (approved_by <> author)
);

create table site_local (
  gateway_no int not null references gateway,
  -- The state folder at the gateway and the change's number in it; a restored disk may use a number twice.
  store text not null,
  number int not null,
  digest text not null,
  -- The newest revision that whoever changed it had before his eyes; 0: none.
  base_revision int not null,
  changed_by text not null,
  why text not null,
  -- The gateway's clock.
  changed_at timestamptz not null,
  received_at timestamptz not null default now(),
  -- Null until the gateway has sent it.
  document text,
  primary key (gateway_no, store, number, digest)
);
create index site_local_text on site_local (gateway_no, digest);
`;
