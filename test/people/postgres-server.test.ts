import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { postgresDriver } from '../../src/archive/postgres/index.js'
import { postgresPeople } from '../../src/people/postgres/store.js'
import type { PeopleStore } from '../../src/ports/people.js'
import { postgresArchive } from '../../src/runtime/postgres-archive.js'
import { bundled } from '../support/archive-files.js'
import { startPostgres, type TestPostgres } from '../support/postgres.js'
import { put, sessionOf, userOf } from './conformance/samples.js'
import { BATCH } from './rival.js'

const PASSWORD = 'p4ss-zq7-word'

let server: TestPostgres
let program: string
const children: ChildProcess[] = []

beforeAll(async () => {
  server = await startPostgres()
  program = fileURLToPath(await bundled('test/people/postgres-child.ts'))
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await ask('drop schema if exists quasar_archive cascade')
})
afterAll(async () => {
  await server?.stop()
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

async function withPeople(work: (store: PeopleStore) => Promise<void>, url = server.url): Promise<void> {
  const store = postgresPeople({ url })
  await work(store).finally(() => store.close())
}

function start(...args: readonly string[]): ChildProcess {
  const env = { ...process.env, PEOPLE_URL: server.url }
  const child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  return child
}

describe('processes', () => {
  test('that write 200 times each lose nothing', async () => {
    const rivals = ['a', 'b'].map((name) => start('win', name, '200'))
    const ends = await Promise.all(rivals.map((child) => once(child, 'close')))
    expect(ends.map(([code]) => code)).toEqual([0, 0])
    await withPeople(async (store) => {
      const { version, records } = await store.changes(0)
      expect(version).toBe(400)
      expect(records).toHaveLength(401)
      expect(records.find(({ id }) => id === 'shared')?.body).toBe('{"n":400}')
    })
  })

  test('that are killed while they write leave each version whole or not at all', async () => {
    for (let kills = 0; kills < 10; kills++) {
      const child = start('fill')
      await once(child.stdout as NodeJS.ReadableStream, 'data')
      await new Promise((resolve) => setTimeout(resolve, (kills * 7) % 23))
      const closed = once(child, 'close')
      child.kill('SIGKILL')
      await closed
      await withPeople(async (store) => {
        const { version, records } = await store.changes(0)
        expect(records).toHaveLength(BATCH)
        expect(new Set(records.map(({ body }) => JSON.parse(body ?? '').version))).toEqual(new Set([version]))
      })
    }
  })
})

describe('a server that goes away', () => {
  test('is named, and reached again when it is back', async () => {
    await withPeople(async (store) => {
      await put(store, [userOf('ada')])
      await store.putSession(sessionOf())
      await server.halt()
      for (const call of [store.look('h1'), store.write(1, [userOf('bob')]), store.endSessions({ hash: 'h1' })])
        await expect(call).rejects.toThrow(
          /PostgreSQL at postgres:\/\/127\.0\.0\.1:\d+\/postgres (does not answer|closed)/,
        )
      await server.resume()
      expect(await store.look('h1')).toEqual({ version: 1, session: sessionOf() })
      expect(await store.write(1, [userOf('bob')])).toBe(true)
    })
  })

  test('between two questions is asked again without an error', async () => {
    await withPeople(async (store) => {
      await put(store, [userOf('ada')])
      await server.halt()
      await server.resume()
      expect((await store.changes(0)).records).toHaveLength(1)
    })
  })

  test('before the first question opens later', async () => {
    await server.halt()
    const store = postgresPeople({ url: server.url })
    await expect(store.look(null)).rejects.toThrow('does not answer')
    await server.resume()
    expect((await store.look(null)).version).toBe(0)
    await store.close()
  })

  test('ends a connection: the question is asked again', async () => {
    await withPeople(async (store) => {
      await put(store, [userOf('ada')])
      for (let i = 0; i < 5; i++) {
        const looking = Array.from({ length: 20 }, () => store.look(null))
        await ask(
          `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'quasar' and pid <> pg_backend_pid()`,
        )
        for (const { version } of await Promise.all(looking)) expect(version).toBe(1)
      }
    })
  })
})

describe('in the schema of an archive', () => {
  test('both are opened at once, and neither is in the other’s way', async () => {
    for (let i = 0; i < 5; i++) {
      const driver = postgresDriver({ url: server.url })
      await withPeople(async (store) => {
        await Promise.all([driver.open(), store.open()])
        await put(store, [userOf('ada')])
      })
      expect(await driver.verify()).toEqual([])
      expect((await driver.status()).problems).toEqual([])
      await driver.close()
      await ask('drop schema quasar_archive cascade')
    }
  })

  test('people of an archive open nothing but their tables, and close with it', async () => {
    const archive = postgresArchive({ url: server.url })
    const people = archive.people?.() as PeopleStore
    expect(archive.people?.()).toBe(people)
    expect(people.place).toBe(archive.place)
    await put(people, [userOf('ada')])
    const tables = await ask(`select relname from pg_class c join pg_namespace s on s.oid = c.relnamespace
      where nspname = 'quasar_archive' and relkind = 'r' order by 1`)
    expect(tables.map(({ relname }) => relname)).toEqual(['people', 'sessions', 'stamps', 'version'])
    await archive.close()
    await expect(people.look(null)).rejects.toThrow('is closed')
    await expect(archive.people?.().look(null)).rejects.toThrow('is closed')
  })
})

test('a look is one statement, without a transaction around it', async () => {
  await withPeople(async (store) => {
    await store.putSession(sessionOf())
    expect(await store.look('h1')).toEqual({ version: 0, session: sessionOf() })
    const last = await ask(`select query from pg_stat_activity where application_name = 'quasar'`)
    expect(last.map(({ query }) => String(query).slice(0, 24))).toEqual(['select v.writes as at, s'])
  })
})

describe('a role', () => {
  test('that may not create anything is told what it needs', async () => {
    await ask('create role weak login')
    await withPeople(
      async (store) => {
        await expect(store.open()).rejects.toThrow(/create schema quasar_archive authorization/)
      },
      server.url.replace('//quasar@', '//weak@'),
    )
  })

  test('or a server that is wrong is told without the password', async () => {
    const { port } = new URL(server.url)
    for (const url of [
      `postgres://quasar:${PASSWORD}@127.0.0.1:${port}/none`,
      `postgres://me:${PASSWORD}@127.0.0.1:1/d`,
    ])
      await withPeople(async (store) => {
        expect(store.place).not.toContain(PASSWORD)
        const error = await store.look(null).catch((reason) => reason)
        expect(error).toBeInstanceOf(Error)
        expect(String(error.stack)).not.toContain(PASSWORD)
      }, url)
  })

  test('for whom the database is read-only reads, and is told why it can not write', async () => {
    await withPeople((store) => put(store, [userOf('ada')]).then(() => {}))
    await withPeople(async (store) => {
      expect((await store.changes(0)).records).toEqual([userOf('ada')])
      await expect(store.write(1, [userOf('bob')])).rejects.toThrow('is read-only')
      await expect(store.putSession(sessionOf())).rejects.toThrow('is read-only')
    }, `${server.url}?options=-c%20default_transaction_read_only%3Don`)
  })
})

test('a database of another encoding is refused', async () => {
  await ask(`create database latin encoding 'LATIN1' template template0 locale 'C'`)
  await withPeople(
    async (store) => {
      await expect(store.open()).rejects.toThrow(/encoding LATIN1; the database of users takes one with UTF8/)
    },
    server.url.replace(/postgres$/, 'latin'),
  )
})

test('texts of people are in no statistics of the catalog', async () => {
  await withPeople(async (store) => {
    await put(
      store,
      Array.from({ length: 2_000 }, (_, i) => userOf(`zq7secret-${i}`, { hash: `zq7secret${i % 3}` })),
    )
    for (let i = 0; i < 20; i++)
      await store.putSession(sessionOf({ hash: `zq7secret${i}`, user: 'zq7secret', details: 'zq7secret' }))
    await ask('analyze')
    const statistics = await ask(`select s::text as text from pg_stats s where schemaname = 'quasar_archive'`)
    expect(statistics.length).toBeGreaterThan(0)
    expect(statistics.filter(({ text }) => String(text).includes('zq7secret'))).toEqual([])
  })
})
