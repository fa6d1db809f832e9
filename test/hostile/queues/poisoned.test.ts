import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Overview } from '../../../src/api/overview.js'
import type { QueueView } from '../../../src/api/queues.js'
import type { JobScan, QueueReading, QueueSource } from '../../../src/ports/index.js'
import { JOB_STATES, type JobState } from '../../../src/protocol/index.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { openZenith, seen } from '../../zenith/support/zenith.js'
import { TYPES, wrongTypes } from '../redis/poison.js'
import { isPolluted } from '../support/fuzz.js'
import { LAYOUTS } from './layouts.js'

const MAX_SHOWN_CHARS = 1_000_000
const IDS = ['1', 'large', 'job-3', 'job-31', '__proto__', '', '\u0000', '*', 'x'.repeat(3_000)]

/** What it says when it can't tell is words of ours, and not an accident's. */
async function orWords<T>(asked: Promise<T> | undefined): Promise<T | null> {
  try {
    return (await asked) ?? null
  } catch (error) {
    expect(['TypeError', 'RangeError', 'SyntaxError'], (error as Error).stack).not.toContain((error as Error).name)
    expect((error as Error).message).not.toBe('')
    return null
  }
}

async function askAll(source: QueueSource, { name, states }: QueueReading): Promise<void> {
  for (const state of states) {
    const listed = await orWords(source.jobs?.(name, { state, offset: 0, limit: 100, order: 'newest' }))
    await orWords(source.search?.(name, { state, text: 'x', maxMatches: 10, maxScanned: 1_000, maxMs: 200 }))
    await scanAll(source, name, state)
    for (const { id } of (listed?.jobs ?? []).slice(0, 5)) await orWords(source.job?.(name, id))
  }
  for (const id of IDS) {
    await orWords(source.job?.(name, id))
    await orWords(source.logs?.(name, id, { offset: 0, limit: 50 }))
    await orWords(source.flow?.(name, id))
  }
  await orWords(source.schedulers?.(name))
}

async function scanAll(source: QueueSource, name: string, state: JobState): Promise<void> {
  let cursor: string | null = null
  for (let part = 0; part < 10; part++) {
    const scan: JobScan | null = await orWords(source.scan?.(name, { state, asOf: Date.now(), cursor, limit: 20 }))
    cursor = scan?.cursor ?? null
    if (!cursor) return
  }
  expect.fail(`the scan of what is ${state} in ${name} has no end`)
}

function expectFigures({ name, metrics, oldestMs, error }: QueueReading): void {
  expect(error === null || error !== '', name).toBe(true)
  for (const figure of [...Object.values(metrics), oldestMs]) {
    expect(figure === null || (Number.isFinite(figure) && (figure as number) >= 0), `${name}: ${figure}`).toBe(true)
  }
}

describe.each(LAYOUTS.map((layout) => [layout.title, layout] as const))('poisoned queues of %s', (_title, layout) => {
  let redis: TestRedis
  let source: QueueSource

  beforeAll(async () => {
    redis = await startRedis()
    const client = redis.client()
    for (const type of TYPES) for (const key of layout.keysOf(`typed-${type}`)) await wrongTypes(client, key, type)
    await layout.spoil(client)
    await layout.fill(client, redis.port)
    source = layout.open(redis.url)
  })
  afterAll(async () => {
    await source?.close()
    await redis?.stop()
  })

  /** On a busy machine an answer may take longer than the 2 s that a source waits: Zenith reads again, too. */
  const read = () => vi.waitFor(() => source.read())

  it('hide no healthy one, and are told of in figures or in words', async () => {
    const { queues } = await read()
    expect(queues.find(({ name }) => name === 'mail')).toMatchObject({ metrics: { waiting: 2 }, error: null })
    expect(queues.map(({ name }) => name)).toContain('odd')
    for (const reading of queues) expectFigures(reading)
  })

  it('answer whatever is asked of them, or say why not', async () => {
    const { queues } = await read()
    for (const reading of queues) await askAll(source, reading)
    expect(isPolluted()).toBe(false)
  })

  it('break nothing of Zenith, whose answers stay small', async () => {
    const zenith = openZenith({ redis: redis.url, queues: [source], logger: false })
    const overview = await seen(zenith, (now: Overview) => {
      expect(now.queues.find(({ name }) => name === 'mail')?.metrics.waiting).toBe(2)
      expect(now.queues.map(({ name }) => name)).toContain('odd')
      return now
    })
    for (const { key } of overview.queues as readonly QueueView[]) {
      const base = `/api/queues/${encodeURIComponent(key)}`
      const lists = JOB_STATES.map((state) => `${base}/jobs?state=${state}`)
      const jobs = IDS.filter((id) => id !== '').map((id) => `${base}/jobs/${encodeURIComponent(id)}`)
      for (const path of [
        base,
        ...lists,
        ...jobs,
        ...jobs.flatMap((job) => [`${job}/logs`, `${job}/flow`]),
        '/api/schedulers',
        '/api/failures',
      ]) {
        const answer = await zenith.fetch(new Request(`http://localhost${path}`))
        const text = await answer.text()
        expect(text.length, path).toBeLessThan(MAX_SHOWN_CHARS)
        expect(text, path).not.toMatch(/TypeError|RangeError|SyntaxError|(?:\n|\\n)\s+at /)
        expect(answer.status, path).not.toBe(500)
      }
    }
    expect(isPolluted()).toBe(false)
  })
})
