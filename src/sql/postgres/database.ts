import type { Pool, PoolClient } from 'pg'
import { DatabaseError, isEnded, readableError } from './errors.js'
import { loadPg } from './load-pg.js'
import type { PostgresTarget } from './options.js'

const CONNECT_MS = 10_000

type Row = Record<string, unknown>

/** A transaction. */
export interface Session {
  /** @returns the rows */
  all<T = Row>(sql: string, values?: readonly unknown[]): Promise<T[]>
  /** @returns how many rows were changed */
  run(sql: string, values?: readonly unknown[]): Promise<number>
}

/** The server: connections are opened when they are needed, and again after it was away. */
export interface Database {
  /** Of what is in it, as a message begins. */
  readonly name: string
  readonly schema: string
  readonly place: string
  /** Runs the work in a transaction that sees the tables of the schema, and asks again if the server ended the connection: once for each of the pool. */
  read<T>(work: (session: Session) => Promise<T>): Promise<T>
  /** Runs the work in a transaction: all of it or nothing. */
  write<T>(work: (session: Session) => Promise<T>): Promise<T>
  /**
   * Runs one statement outside of transactions: one round trip. It has to be one that may run twice: it is sent again if the server
   * ended the connection. Names in it are qualified.
   *
   * @returns the rows
   */
  ask<T = Row>(sql: string, values?: readonly unknown[]): Promise<T[]>
  /** Runs a statement outside of transactions, however long it takes. Names in it are qualified. */
  maintain(sql: string): Promise<void>
  close(): Promise<void>
}

/**
 * Sequential scans and the compiler are off: without statistics of the terms the planner would read a whole day for a rare one, or
 * compile for longer than the query takes.
 */
const prelude = (schema: string, begin: string, statementMs: number) =>
  `${begin};set local search_path to "${schema}";set local statement_timeout=${statementMs};` +
  'set local enable_seqscan=off;set local jit=off'

export interface DatabaseOptions {
  /** Of what is in it, as a message begins: `The archive in PostgreSQL`. */
  readonly name: string
  /** How long a statement may take, ms; the socket is given a little more. */
  readonly statementMs: number
}

export function databaseOf(
  { connection, schema, poolSize, place }: PostgresTarget,
  { name, statementMs }: DatabaseOptions,
): Database {
  let pool: Promise<Pool> | null = null
  let isClosed = false

  async function makePool(): Promise<Pool> {
    const { Pool } = await loadPg(name)
    const made = new Pool({
      ...connection,
      max: poolSize,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: statementMs + CONNECT_MS,
      keepAlive: true,
      application_name: 'quasar',
      allowExitOnIdle: true,
    })
    // An idle connection that breaks is replaced when it is needed. One that is in use fails its request; without a listener of its own, from
    // its start to its end, the error of a server that ends it would end this process.
    made.on('error', ignore)
    made.on('connect', (client) => client.on('error', ignore))
    return made
  }

  async function connect(): Promise<PoolClient> {
    if (isClosed) throw new DatabaseError(`${name} at ${place} is closed`)
    pool ??= makePool()
    return (await pool.catch(retryLater)).connect()
  }

  function retryLater(error: unknown): never {
    pool = null
    throw error
  }

  async function transact<T>(begin: string, work: (session: Session) => Promise<T>): Promise<T> {
    const client = await connect()
    try {
      await client.query(prelude(schema, begin, statementMs))
      const result = await work(sessionOf(client))
      await client.query('commit')
      client.release()
      return result
    } catch (error) {
      // Without a rollback that waits for a server that may be gone: it ends the transaction with the connection.
      client.release(true)
      throw error
    }
  }

  async function askOnce<T>(sql: string, values: readonly unknown[]): Promise<T[]> {
    const client = await connect()
    try {
      const { rows } = await client.query(sql, [...values])
      client.release()
      return rows as T[]
    } catch (error) {
      client.release(true)
      throw error
    }
  }

  /** A server that ended one connection may have ended all of the pool: each of them fails once. */
  async function untilAnswered<T>(work: () => Promise<T>): Promise<T> {
    for (let ended = 0; ; ended++) {
      try {
        return await work()
      } catch (error) {
        if (ended >= poolSize || !isEnded(error)) throw readableError(error, place)
      }
    }
  }

  return {
    name,
    schema,
    place,
    read: (work) => untilAnswered(() => transact('begin read only', work)),
    ask: (sql, values = []) => untilAnswered(() => askOnce(sql, values)),
    async write(work) {
      try {
        return await transact('begin', work)
      } catch (error) {
        throw readableError(error, place)
      }
    },
    async maintain(sql) {
      const client = await connect().catch((error) => {
        throw readableError(error, place)
      })
      try {
        await client.query('set statement_timeout=0')
        await client.query(untimed(sql))
      } catch (error) {
        throw readableError(error, place)
      } finally {
        client.release(true)
      }
    },
    async close() {
      isClosed = true
      await (await pool?.catch(() => null))?.end().catch(() => {})
    },
  }
}

const HALF_DAY_MS = 43_200_000

/** `pg` takes a time limit per query, which its types do not know. */
function untimed(text: string): { text: string } {
  return { text, query_timeout: HALF_DAY_MS } as { text: string }
}

function ignore(): void {}

function sessionOf(client: PoolClient): Session {
  return {
    all: async <T>(sql: string, values: readonly unknown[] = []) => (await client.query(sql, [...values])).rows as T[],
    run: async (sql, values = []) => (await client.query(sql, [...values])).rowCount ?? 0,
  }
}
