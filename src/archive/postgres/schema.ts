import type { Tables } from '../../sql/postgres/tables.js'

/**
 * Texts are ordered by their bytes. Texts of jobs that may be someone's have no statistics: those are stored in the catalog, where
 * `forget` could not delete them. Ids and names are indexed by their hashes: an index takes no text of more than 2,700 bytes. The sequence numbers attempts; a payload has its attempt's number.
 */
const FIRST = `
create table cursors (stream text collate "C" primary key, at text collate "C" not null);
create table figures (
  kind text collate "C" not null, scope text collate "C" not null, step float8 not null, begins float8 not null, body bytea not null,
  primary key (kind, scope, step, begins)
);
create index figures_time on figures (kind, begins, scope);
alter table figures alter column body set storage external;
create table records (
  kind text collate "C" not null, id text collate "C" not null, at float8 not null, service text collate "C",
  name text collate "C", body text collate "C" not null, primary key (kind, id)
);
create index records_time on records (kind, at, id);
create table gaps (
  stream text collate "C" not null, starts float8 not null, ends float8 not null, lost float8, primary key (stream, starts, ends)
);
create sequence job_numbers;
create table jobs (
  n bigint not null, queue text collate "C" not null, queue_name text collate "C" not null, id text collate "C" not null,
  name text collate "C" not null, outcome text collate "C" not null, attempt float8, added_at float8, started_at float8,
  finished_at float8 not null, start_at float8 not null, wait_ms float8, run_ms float8, service text collate "C",
  node text collate "C", error text collate "C"
) partition by range (finished_at);
create index jobs_n on jobs (n);
create index jobs_time on jobs (finished_at);
create index jobs_running on jobs (started_at, finished_at);
create index jobs_id on jobs (hashtextextended(id, 0), start_at);
create index jobs_name on jobs (hashtextextended(name, 0), finished_at);
create index jobs_failed on jobs (finished_at) where outcome <> 'completed';
alter table jobs alter column id set statistics 0, alter column error set statistics 0;
create table payloads (
  n bigint not null, finished_at float8 not null, is_cut boolean not null, body bytea not null, terms tsvector not null
) partition by range (finished_at);
create index payloads_n on payloads (n);
create index payloads_terms on payloads using gin (terms);
alter table payloads alter column body set storage external;
alter table payloads alter column body set statistics 0, alter column terms set statistics 0;
`

/** Days whose tables still have bytes of deleted rows. */
const SECOND = 'create table rewrites (n bigserial primary key, day float8 not null)'

export const TABLES: Tables = { name: 'archive', versionTable: 'meta', steps: [FIRST, SECOND] }
