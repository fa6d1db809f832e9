import { QuasarError } from '../../lib/errors.js'
import { checkOptions, isBetween, isObject, isText, type OptionChecks } from '../../lib/options.js'

/** How to reach a server, as `pg` takes it. */
export interface PostgresConnection {
  readonly host?: string
  readonly port?: number
  readonly user?: string
  readonly password?: string
  readonly database?: string
  /** As TLS of Node takes it; true checks the server's certificate against the known authorities. */
  readonly ssl?: boolean | object
}

export interface PostgresDriverOptions {
  /** `postgres://user:password@host:5432/database`. Either this or `connection`. */
  readonly url?: string
  /** Instead of `url`. What is missing is taken from the environment (`PGHOST` …), as `pg` does. */
  readonly connection?: PostgresConnection
  /** The schema that the tables are in; it is created if it is missing. @default 'quasar_archive' */
  readonly schema?: string
  /** Most connections at once, 1 to 100. @default 4 */
  readonly poolSize?: number
  /** Reads an archive that exists: nothing is created or changed. @default false */
  readonly isReadOnly?: boolean
}

export const DEFAULT_SCHEMA = 'quasar_archive'

/** The options, checked and complete. */
export interface PostgresTarget {
  readonly connection: PostgresConnection & { readonly connectionString?: string }
  readonly schema: string
  readonly poolSize: number
  readonly isReadOnly: boolean
  /** `postgres://db.internal:5432/quasar`: without user and password. */
  readonly place: string
}

const CHECKS = {
  url: { takes: 'a URL such as postgres://user:password@host:5432/database', accepts: isUrl },
  connection: {
    takes: 'an object with host, port, user, password, database and ssl',
    accepts: isObject,
  },
  schema: {
    takes: 'a name of lower-case letters, digits and underscores, at most 40',
    accepts: (v) => isText(v) && /^(?!pg_)[a-z_][a-z0-9_]{0,39}$/.test(v),
  },
  poolSize: { takes: 'a whole number from 1 to 100', accepts: (v) => Number.isInteger(v) && isBetween(v, 1, 100) },
  isReadOnly: { takes: 'true or false', accepts: (v) => typeof v === 'boolean' },
} satisfies OptionChecks<keyof PostgresDriverOptions>

/** @throws when an option is invalid, without showing what may hold a secret */
export function targetOf(options: PostgresDriverOptions): PostgresTarget {
  const { url, connection, schema, poolSize, isReadOnly } = checkOptions(
    'postgresDriver',
    options,
    CHECKS,
    'postgresDriver',
  )
  if ((url === undefined) === (connection === undefined))
    throw new QuasarError('invalid_option', 'postgresDriver: give one of the options "url" and "connection".')
  return {
    connection: url === undefined ? { ...connection } : { connectionString: url },
    schema: schema ?? DEFAULT_SCHEMA,
    poolSize: poolSize ?? 4,
    isReadOnly: isReadOnly ?? false,
    place: url === undefined ? placeOf(connection ?? {}) : placeOfUrl(url),
  }
}

function isUrl(value: unknown): boolean {
  if (!isText(value) || !/^postgres(ql)?:\/\//.test(value) || !URL.canParse(value)) return false
  const { pathname, search, hash } = new URL(value)
  // What comes after an unescaped slash or number sign of a password is no path: it would be shown as the place.
  return hash === '' && !`${pathname}${search}`.includes('@') && isDecodable(pathname)
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

function placeOfUrl(url: string): string {
  const { hostname, port, pathname, searchParams } = new URL(url)
  return placeOf({
    host: hostname || searchParams.get('host') || undefined,
    port: port || undefined,
    database: decodeURIComponent(pathname.slice(1)) || undefined,
  })
}

function placeOf(given: {
  readonly host?: string | undefined
  readonly port?: number | string | undefined
  readonly database?: string | undefined
}): string {
  const { PGHOST, PGPORT, PGDATABASE } = process.env
  const { host = PGHOST ?? 'localhost', port = PGPORT ?? 5432, database = PGDATABASE ?? '' } = given
  return `postgres://${host}:${port}/${database}`
}
