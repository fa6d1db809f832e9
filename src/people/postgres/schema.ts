import type { Tables } from '../../sql/postgres/tables.js'
import { NAME } from '../shared/rows.js'

/**
 * `version.writes`: the version of the records; the column `version` is that of the tables. Texts are ordered by their bytes, and have no
 * statistics: those would be copies of them in the catalog.
 */
const FIRST = `
alter table version add column writes float8 not null default 0;
create table people (
  kind text collate "C" not null, id text collate "C" not null, version float8 not null, body text, primary key (kind, id)
);
create index people_version on people (version);
alter table people alter column id set statistics 0, alter column body set statistics 0;
create table sessions (
  hash text collate "C" primary key, user_id text collate "C" not null, created_at float8 not null, expires_at float8 not null,
  seen_at float8 not null, details text not null
);
create index sessions_user on sessions (user_id, created_at);
create index sessions_age on sessions (created_at);
create index sessions_end on sessions (expires_at);
alter table sessions alter column hash set statistics 0, alter column user_id set statistics 0, alter column details set statistics 0;
create table stamps (kind text collate "C" not null, id text collate "C" not null, at float8 not null, primary key (kind, id));
alter table stamps alter column id set statistics 0;
`

export const TABLES: Tables = { name: NAME, versionTable: 'version', steps: [FIRST] }
