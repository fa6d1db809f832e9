import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresDriver } from '../../src/archive/postgres/index.js'
import type { ArchiveDriver } from '../../src/ports/archive.js'
import { startPostgres, type TestPostgres } from '../support/postgres.js'
import { ALL_TIME, DAY, idsOf, jobOf, loadedJob, NOON, put, recordOf } from './conformance/samples.js'

const PASSWORD = 'p4ss-zq7-word'

let server: TestPostgres
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(async () => {
  await server.stop()
})

async function ask(sql: string, url = server.url): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

let schemas = 0

async function withDriver(work: (driver: ArchiveDriver, schema: string) => Promise<void>): Promise<void> {
  const schema = `server_${++schemas}`
  const driver = postgresDriver({ url: server.url, schema })
  try {
    await driver.open()
    await work(driver, schema)
  } finally {
    await driver.close()
  }
}

const messageOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'it did not reject',
    (error) => String(error?.stack),
  )

describe('several at once', () => {
  test('create one schema', async () => {
    const drivers = Array.from({ length: 6 }, () => postgresDriver({ url: server.url, schema: 'together' }))
    await Promise.all(drivers.map((driver) => driver.open()))
    // All need the same new days.
    await Promise.all(
      drivers.map((driver, i) =>
        put(driver, {
          jobs: [0, 1, 2].map((day) => jobOf({ id: `${i}`, startedAt: null, finishedAt: NOON + day * DAY })),
        }),
      ),
    )
    expect(await idsOf(drivers[0] as ArchiveDriver)).toHaveLength(18)
    await Promise.all(drivers.map((driver) => driver.close()))
  })

  test('tell of one attempt: it is one', async () => {
    const drivers = Array.from({ length: 4 }, () => postgresDriver({ url: server.url, schema: 'one_attempt' }))
    await Promise.all(drivers.map((driver) => driver.open()))
    const midnight = Date.UTC(2026, 10, 21)
    const startedAt = midnight - 50
    await Promise.all(
      drivers.map((driver, i) =>
        put(driver, { jobs: [loadedJob(`{"from":${i}}`, ['one'], { startedAt, finishedAt: midnight + i - 2 })] }),
      ),
    )
    const [driver] = drivers as [ArchiveDriver]
    expect(await idsOf(driver)).toHaveLength(1)
    expect(await driver.status()).toMatchObject({ jobs: 1, payloads: 1 })
    await Promise.all(drivers.map((one) => one.close()))
  })

  test('a day that another dropped is made again', async () => {
    await withDriver(async (driver, schema) => {
      await put(driver, { jobs: [loadedJob('{}', ['a'])] })
      const other = postgresDriver({ url: server.url, schema })
      await other.open()
      const limits = {
        now: NOON + 9 * DAY,
        figuresMs: new Map(),
        recordsMs: null,
        jobsMs: DAY,
        payloadsMs: null,
        maxBytes: null,
        minFreeShare: null,
      }
      expect((await other.prune(limits)).jobDays).toEqual(['2026-11-20'])
      await other.close()
      await put(driver, { jobs: [loadedJob('{}', ['a'], { id: 'again' })] })
      expect(await idsOf(driver)).toEqual(['again'])
    })
  })
})

describe('partitions', () => {
  test('hold a UTC day each, and the next day is there before midnight', async () => {
    await withDriver(async (driver, schema) => {
      const midnight = Date.UTC(2026, 10, 21)
      await put(driver, {
        jobs: [-2, -1, 0, 1].map((ms) => loadedJob('{}', [], { id: `${ms}`, finishedAt: midnight + ms })),
      })
      const counts = await ask(
        `select tableoid::regclass::text as name, count(*)::int as rows from "${schema}".jobs group by 1 order by 1`,
      )
      expect(counts).toEqual([
        { name: `${schema}.jobs_20261120`, rows: 2 },
        { name: `${schema}.jobs_20261121`, rows: 2 },
      ])
      const [next] = await ask(`select to_regclass('"${schema}".payloads_20261122')::text as name`)
      expect(next?.name).toBe(`${schema}.payloads_20261122`)
      expect(await idsOf(driver, { from: midnight })).toEqual(['1', '0'])
    })
  })
})

describe('pruning', () => {
  const none = { figuresMs: new Map(), recordsMs: null, jobsMs: null, payloadsMs: null, maxBytes: null }

  test('drops days also when rows can not be deleted', async () => {
    await withDriver(async (driver, schema) => {
      await put(driver, { jobs: [loadedJob('{}', ['a'])], records: [recordOf({ id: 'r', at: NOON })] })
      await ask(`create function "${schema}".refuse() returns trigger language plpgsql as
        $$ begin raise exception using errcode = '53100', message = 'no room'; end $$;
        create trigger refuse before delete on "${schema}".records for each row execute function "${schema}".refuse()`)
      const limits = { ...none, now: NOON + 9 * DAY, recordsMs: DAY, jobsMs: DAY, minFreeShare: null }
      await expect(driver.prune(limits)).rejects.toThrow('no disk space')
      expect(await idsOf(driver)).toEqual([])
    })
  })

  test('ends what a process that forgot jobs could not end', async () => {
    await withDriver(async (driver, schema) => {
      await put(driver, { jobs: [loadedJob('{"who":"ada"}', ['ada']), loadedJob('{}', ['a'], { id: 'other' })] })
      const table = `"${schema}".payloads_20261120`
      const fileOf = async () => (await ask(`select pg_relation_filenode('${table}') as file`))[0]?.file
      const before = await fileOf()
      const reader = new pg.Client(server.url)
      await reader.connect()
      await reader.query(`begin; lock table ${table} in access share mode`)
      const condition = { by: 'term', term: 'ada', isPrefix: false, isNot: false } as const
      const forgetting = messageOf(driver.forget({ ...ALL_TIME, conditions: [condition] }))
      const end = `select pg_terminate_backend(pid) from pg_stat_activity where query like 'vacuum (full%${schema}%'`
      while ((await ask(end)).length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
      expect(await forgetting).toContain('PostgreSQL')
      await reader.query('rollback')
      await reader.end()
      expect(await idsOf(driver)).toEqual(['other'])
      expect(await fileOf()).toBe(before)
      await driver.prune({ ...none, now: NOON, minFreeShare: null })
      const after = await fileOf()
      expect(after).not.toBe(before)
      await driver.prune({ ...none, now: NOON, minFreeShare: null })
      expect(await fileOf()).toBe(after)
    })
  })
})

describe('a server that goes away', () => {
  test('is named, and reached again when it is back', async () => {
    await withDriver(async (driver) => {
      await put(driver, { jobs: [jobOf()] })
      await server.halt()
      const message = await messageOf(driver.write({ cursor: { stream: 's', expected: null, next: '1' } }))
      expect(message).toMatch(/PostgreSQL at postgres:\/\/127\.0\.0\.1:\d+\/postgres (does not answer|closed|was shut)/)
      expect(await messageOf(driver.jobs({ ...ALL_TIME, conditions: [], limit: 1 }))).toMatch(/PostgreSQL at/)
      await server.resume()
      expect(await idsOf(driver)).toEqual(['1'])
      expect(await driver.cursor('s')).toBeNull()
      await put(driver, { jobs: [jobOf({ id: '2' })] })
    })
  })

  test('in the middle of a batch leaves nothing of it or all of it', async () => {
    await withDriver(async (driver) => {
      await put(driver, { jobs: [jobOf({ id: 'first' })] })
      const jobs = Array.from({ length: 4000 }, (_, i) =>
        loadedJob(`{"n":${i}}`, [`n=${i}`], { id: `${i}`, startedAt: null }),
      )
      const cursor = { stream: 's', expected: null, next: '1' }
      const writing = messageOf(driver.write({ cursor, jobs }))
      await new Promise((resolve) => setTimeout(resolve, 150))
      await server.halt()
      await writing
      await server.resume()
      const isWritten = (await driver.cursor('s')) === '1'
      expect(await idsOf(driver)).toHaveLength(isWritten ? 4001 : 1)
      // The archiver reads the cursor and goes on.
      if (!isWritten) expect(await driver.write({ cursor, jobs })).toBe(true)
      expect(await idsOf(driver)).toHaveLength(4001)
    })
  })

  test('between two questions is asked again without an error', async () => {
    await withDriver(async (driver) => {
      await put(driver, { jobs: [jobOf()] })
      await server.halt()
      await server.resume()
      expect(await idsOf(driver)).toEqual(['1'])
    })
  })
})

describe('a deletion', () => {
  test('whose tables could not be rewritten is completed later', async () => {
    await withDriver(async (driver, schema) => {
      await put(driver, { jobs: [loadedJob('{}', ['a'])] })
      const reader = new pg.Client(server.url)
      await reader.connect()
      await reader.query(`begin; select 1 from "${schema}".payloads_20261120`)
      const forgotten = messageOf(driver.forget({ ...ALL_TIME, conditions: [] }))
      const vacuum = `from pg_stat_activity where query ilike 'vacuum (full%' and wait_event_type = 'Lock'`
      await expect.poll(() => ask(`select pg_terminate_backend(pid) ${vacuum}`), { timeout: 90_000 }).toHaveLength(1)
      expect(await forgotten).toMatch(/PostgreSQL at .* (was shut down|closed)/)
      await reader.end()
      const noted = () => ask(`select day from "${schema}".rewrites`)
      expect(await noted()).toEqual([{ day: Date.UTC(2026, 10, 20) }])
      const none = { recordsMs: null, jobsMs: null, payloadsMs: null, maxBytes: null, minFreeShare: null }
      await driver.prune({ now: NOON, figuresMs: new Map(), ...none })
      expect(await noted()).toEqual([])
    })
  })
})

describe('a role', () => {
  test('that may not create anything is told what it needs', async () => {
    await ask('create role weak login')
    const driver = postgresDriver({ url: server.url.replace('//quasar@', '//weak@') })
    const message = await messageOf(driver.open())
    expect(message).toMatch(/permission denied for database postgres/)
    expect(message).toMatch(/create schema quasar_archive authorization/)
    await driver.close()
  })

  test('that owns the schema only has what it needs', async () => {
    await ask('create role owner_only login; create schema owned authorization owner_only')
    const driver = postgresDriver({ url: server.url.replace('//quasar@', '//owner_only@'), schema: 'owned' })
    await driver.open()
    await put(driver, { jobs: [loadedJob('{}', ['a'])] })
    expect(await driver.forget({ ...ALL_TIME, conditions: [] })).toBe(1)
    expect(await driver.verify()).toEqual([])
    await driver.close()
  })

  test('with a wrong password, or whose server is nowhere, is refused without showing it', async () => {
    await ask(`create role guarded login password 'right'`)
    const file = join(server.data, 'pg_hba.conf')
    writeFileSync(file, `host all guarded 127.0.0.1/32 scram-sha-256\n${readFileSync(file, 'utf8')}`)
    await ask('select pg_reload_conf()')
    const { port } = new URL(server.url)
    const attempts = [
      postgresDriver({ url: `postgres://guarded:${PASSWORD}@127.0.0.1:${port}/postgres?application_name=${PASSWORD}` }),
      postgresDriver({
        connection: {
          host: '127.0.0.1',
          port: Number(port),
          user: 'guarded',
          password: PASSWORD,
          database: 'postgres',
        },
      }),
      postgresDriver({ url: `postgres://guarded:${PASSWORD}@127.0.0.1:1/postgres` }),
      postgresDriver({ url: `postgres://guarded:${PASSWORD}@no-such-host.invalid/postgres` }),
      postgresDriver({ url: `postgres://quasar:${PASSWORD}@127.0.0.1:${port}/none` }),
    ]
    const words = [
      /refuses the user or the password/,
      /refuses the user or the password/,
      /nothing listens/,
      /host name|does not answer/,
      /no such database/,
    ]
    for (const [i, driver] of attempts.entries()) {
      expect(driver.place).not.toContain(PASSWORD)
      for (const message of [await messageOf(driver.open()), await messageOf(driver.cursor('s'))]) {
        expect(message).toMatch(words[i] as RegExp)
        expect(message).not.toContain(PASSWORD)
      }
      await driver.close()
    }
  })
})

describe('options', () => {
  test.each([
    ['no URL', { url: `mysql://me:${PASSWORD}@host/db` }, /"url" takes a URL such as postgres/],
    ['a password with a slash', { url: `postgres://me:12/${PASSWORD}@host/db` }, /"url" takes a URL/],
    ['a password with a number sign', { url: `postgres://me:12#${PASSWORD}@host/db` }, /"url" takes a URL/],
    ['a path that is no text', { url: 'postgres://host/%ZZ' }, /"url" takes a URL/],
    ['nothing', {}, /one of the options "url" and "connection"/],
    ['both', { url: 'postgres://h/d', connection: {} }, /one of the options/],
    ['a schema that is none', { url: 'postgres://h/d', schema: 'a"; drop' }, /"schema" takes a name/],
    ['a pool of none', { url: 'postgres://h/d', poolSize: 0 }, /"poolSize" takes a whole number from 1 to 100/],
  ])('with %s are refused', (_, options, message) => {
    expect(() => postgresDriver(options)).toThrow(message)
    expect(() => postgresDriver(options)).not.toThrow(PASSWORD)
  })

  test('name the place without user and password', () => {
    expect(postgresDriver({ url: 'postgres://me:secret@[::1]:6000/my%20db?sslmode=disable' }).place).toBe(
      'postgres://[::1]:6000/my db',
    )
    expect(postgresDriver({ connection: { host: 'db', user: 'me', password: 'secret', database: 'd' } }).place).toBe(
      'postgres://db:5432/d',
    )
  })
})

describe('a database', () => {
  test('of another encoding is refused', async () => {
    await ask(`create database latin encoding 'LATIN1' template template0 locale 'C'`)
    const driver = postgresDriver({ url: server.url.replace(/postgres$/, 'latin') })
    await expect(driver.open()).rejects.toThrow(/encoding LATIN1; the archive takes one with UTF8/)
    await driver.close()
  })

  test('of a newer Quasar is refused', async () => {
    await withDriver(async (_, schema) => {
      await ask(`update "${schema}".meta set version = 99`)
      const driver = postgresDriver({ url: server.url, schema })
      await expect(driver.open()).rejects.toThrow(/version 99, and this Quasar knows 2/)
      await driver.close()
    })
  })

  test('that is read-only says so', async () => {
    await withDriver(async (_, schema) => {
      const url = `${server.url}?options=-c%20default_transaction_read_only%3Don`
      const driver = postgresDriver({ url, schema })
      const message = await messageOf(put(driver, { jobs: [jobOf()] }))
      await driver.close()
      expect(message).toMatch(/read-only/)
    })
  })
})

describe('a rare term', () => {
  test('is looked up by the index, in days that nobody analyzed, too', async () => {
    await withDriver(async (driver, schema) => {
      for (let part = 0; part < 8; part++) {
        const jobs = Array.from({ length: 2500 }, (_, i) => {
          const n = part * 2500 + i
          return loadedJob(`{"n":${n}}`, ['every', `n=${n}`, n % 7000 === 5 ? 'rare' : 'usual'], {
            id: `${n}`,
            startedAt: null,
            finishedAt: NOON + n,
          })
        })
        await put(driver, { jobs })
      }
      await ask(
        `delete from pg_statistic where starelid in ('"${schema}".payloads_20261120'::regclass, '"${schema}".jobs_20261120'::regclass)`,
      )
      await ask(
        `update pg_class set reltuples = -1 where oid in ('"${schema}".payloads_20261120'::regclass, '"${schema}".jobs_20261120'::regclass)`,
      )
      const before = await readRows(schema)
      const find = (term: string, limit: number) =>
        driver.jobs({ ...ALL_TIME, limit, conditions: [{ by: 'term', term, isPrefix: false, isNot: false }] })
      expect((await find('rare', 50)).items.map(({ id }) => id)).toEqual(['14005', '7005', '5'])
      expect((await find('every', 50)).items).toHaveLength(50)
      expect((await find('n=77', 50)).items).toHaveLength(1)
      // Each asks the index; the frequent one reads on after few hits and walks over the newest, the rare ones are looked up.
      await expect.poll(() => readRows(schema)).toMatchObject({ lookUps: before.lookUps + 5, scans: before.scans })
      const after = await readRows(schema)
      expect(after.rows - before.rows).toBeLessThan(5000 + 2 * 2000 + 500)
    })
  })

  /** What PostgreSQL counted: uses of the index of terms, scans of whole tables, and rows that were read. */
  async function readRows(schema: string): Promise<{ lookUps: number; scans: number; rows: number }> {
    const [row] = await ask(`select
      (select idx_scan::int from pg_stat_user_indexes where schemaname = '${schema}' and indexrelname like 'payloads_20261120_terms%') as "lookUps",
      (select sum(seq_scan)::int from pg_stat_user_tables where schemaname = '${schema}' and relname ~ '_20261120$') as scans,
      (select sum(idx_tup_fetch)::int from pg_stat_user_tables where schemaname = '${schema}' and relname ~ '_20261120$') as rows`)
    return row as { lookUps: number; scans: number; rows: number }
  }
})

describe('secrets', () => {
  test('of payloads and terms are in no statistics of the catalog', async () => {
    await withDriver(async (driver, schema) => {
      const jobs = Array.from({ length: 2200 }, (_, i) =>
        loadedJob(`zq7secret${i % 3}`, [`zq7secret${i % 3}`], {
          id: `zq7secret-${i}`,
          error: 'zq7secret',
          startedAt: null,
        }),
      )
      await put(driver, { jobs })
      const statistics = await ask(`select s::text as text from pg_stats s where schemaname = '${schema}'`)
      expect(statistics.length).toBeGreaterThan(0)
      expect(statistics.filter(({ text }) => String(text).includes('zq7secret'))).toEqual([])
    })
  })
})
