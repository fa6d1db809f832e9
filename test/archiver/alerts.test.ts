import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { AlertEvent } from '../../src/api/alerts.js'
import { postgresDriver } from '../../src/archive/postgres/index.js'
import { sqliteDriver } from '../../src/archive/sqlite/driver.js'
import { Archiver } from '../../src/archiver/archiver.js'
import type { Archive, DocumentStore } from '../../src/ports/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { AlertMemory } from '../../src/zenith/alerts/memory.js'
import { cpuRule, Fleet, Mailbox, pass, zenith } from '../alerts/service/simulated.js'
import { archivedChanges, changeOf } from '../support/alert-changes.js'
import { archiveDir } from '../support/archive-files.js'
import { inlineArchive } from '../support/inline-archive.js'
import { startPostgres, type TestPostgres } from '../support/postgres.js'
import { startRedis, type TestRedis } from '../support/redis.js'

const MINUTE = 60_000
const ALL_TIME = { from: 0, to: Date.UTC(2100, 0, 1) }
/** As many as Redis lists. */
const LISTED = 300

let redis: TestRedis
let server: TestPostgres
let schemas = 0
let opened: { close(): Promise<unknown> }[] = []

beforeAll(async () => {
  redis = await startRedis()
  server = await startPostgres()
})
afterAll(async () => {
  await redis?.stop()
  await server?.stop()
})
beforeEach(async () => {
  await redis.client().flushall()
})
afterEach(async () => {
  for (const one of opened.reverse()) await one.close()
  opened = []
})

function keep<T extends { close(): Promise<unknown> }>(one: T): T {
  opened.push(one)
  return one
}

const storeOf = () => keep(redisStore({ redis: redis.url }))

const DATABASES = {
  SQLite: () => {
    const dir = archiveDir()
    const archive = keep(inlineArchive(sqliteDriver({ dir })))
    return () => archive
  },
  PostgreSQL: () => {
    const schema = `alerts_${schemas++}`
    return () => keep(inlineArchive(postgresDriver({ url: server.url, schema })))
  },
} as const

function archiverFor(archive: Archive): Archiver {
  const store = storeOf()
  const memory = new AlertMemory(store)
  const alerts = async () => (await memory.read()).shown.events
  return keep(new Archiver({ reader: store, store, archive, alerts, logger: undefined }))
}

/** @param events newest first */
function show(events: readonly AlertEvent[], store: DocumentStore = storeOf()): Promise<void> {
  return new AlertMemory(store).writeShown({ events, deliveries: [], rules: {} })
}

/** Newest first, a minute apart. */
function changes(first: number, count: number): readonly AlertEvent[] {
  const start = Date.UTC(2026, 10, 30)
  return Array.from({ length: count }, (_, index) => {
    return changeOf({ at: start + (first + index) * MINUTE, change: (first + index) % 2 === 0 ? 'firing' : 'resolved' })
  }).reverse()
}

describe.each(Object.entries(DATABASES))('changes of alerts in %s', (_, database) => {
  test('are archived once, whoever archives and however often it begins anew', async () => {
    const open = database()
    const first = archiverFor(open())
    await show(changes(0, 5))
    await first.run()
    await first.run()
    await first.close()
    await show(changes(0, 8))
    const [second, third] = [archiverFor(open()), archiverFor(open())]
    await Promise.all([second.run(), third.run()])
    await second.close()
    await third.run()
    expect(await archivedChanges(open())).toEqual(changes(0, 8))
    expect(await open().gaps(ALL_TIME)).toEqual([])
  })

  test('that Redis dropped before they were archived are a gap', async () => {
    const open = database()
    const archiver = archiverFor(open())
    await show(changes(0, 10))
    await archiver.run()
    await show(changes(9, LISTED))
    await archiver.run()
    expect(await open().gaps(ALL_TIME)).toEqual([])
    const newest = changes(400, LISTED)
    await show(newest)
    await archiver.run()
    await archiver.run()
    expect(await archivedChanges(open())).toEqual([...newest, ...changes(0, 9 + LISTED)])
    const [last, next] = [changes(0, 9 + LISTED)[0], newest.at(-1)]
    expect(await open().gaps(ALL_TIME)).toEqual([{ stream: 'alerts', from: last?.at, to: next?.at, lost: null }])
  })

  test('of an older replica, and of a time that is none, end nothing', async () => {
    const open = database()
    await show(changes(0, 20))
    const archiver = archiverFor(open())
    await archiver.run()
    await show(changes(0, 12))
    await archiver.run()
    await redis.client().flushall()
    await archiver.run()
    const absurd = changeOf({ at: 8e15, change: 'firing' })
    const later = changes(20, 2)
    await show([...later, absurd, ...changes(0, 20)])
    await archiver.run()
    expect(archiver.status).toMatchObject({ error: null })
    expect(await open().gaps(ALL_TIME)).toEqual([])
    const found = await archivedChanges(open())
    expect(found).toHaveLength(23)
    expect(found).toEqual(expect.arrayContaining([...later, absurd]))
  })
})

describe('a Zenith that evaluates', () => {
  let fleet: Fleet
  beforeEach(() => {
    fleet = new Fleet()
  })

  const evaluating = (more: Record<string, unknown> = {}) =>
    keep(zenith({ fleet, store: storeOf(), sender: new Mailbox(fleet), rules: [cpuRule()], ...more }))

  const inWords = (events: readonly AlertEvent[]) => events.map(({ change, subject }) => `${change} ${subject.name}`)

  test('dies between its two documents: what fired is archived all the same, once', async () => {
    const archive = DATABASES.SQLite()()
    const store = storeOf()
    const dying: typeof store = {
      ...store,
      putDocument: async (kind, id, document) => {
        if (id === 'shown') throw new Error('killed')
        await store.putDocument(kind, id, document)
      },
    }
    const first = evaluating({ store: dying })
    fleet.cpu = { web: 95 }
    await pass(fleet, 3 * MINUTE, [first])
    const archiver = archiverFor(archive)
    await archiver.run()
    expect(inWords(await archivedChanges(archive))).toEqual(['firing web'])
    await first.close()
    const second = evaluating()
    await pass(fleet, MINUTE, [second])
    fleet.cpu = { web: 20 }
    await pass(fleet, 2 * MINUTE, [second])
    await archiver.run()
    const found = await archivedChanges(archive)
    expect(inWords(found)).toEqual(['resolved web', 'firing web'])
    expect(inWords((await second.shown()).events)).toEqual(['resolved web', 'firing web'])
    expect(found[0]?.firedAt).toBe(found[1]?.at)
    expect(await archive.gaps(ALL_TIME)).toEqual([])
  })

  test('stores what happened while Redis was away: it is archived afterwards', async () => {
    const archive = DATABASES.SQLite()()
    const one = evaluating({ rules: [] })
    await pass(fleet, MINUTE, [one])
    fleet.storeOk = false
    await pass(fleet, 3 * MINUTE, [one])
    expect(inWords((await one.shown()).events)).toEqual(['firing fleet'])
    fleet.storeOk = true
    await pass(fleet, 2 * MINUTE, [one])
    await archiverFor(archive).run()
    expect(inWords(await archivedChanges(archive))).toEqual(['resolved fleet', 'firing fleet'])
  })

  test('fires for 200 subjects at once: each is archived', async () => {
    const archive = DATABASES.SQLite()()
    const one = evaluating()
    await pass(fleet, MINUTE, [one])
    fleet.cpu = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`host-${index}`, 95]))
    await pass(fleet, 2 * MINUTE, [one])
    await archiverFor(archive).run()
    expect(new Set(inWords(await archivedChanges(archive))).size).toBe(200)
  })
})
