import { expect, vi } from 'vitest'
import type { QueueReading, QueueSource, SourceReading } from '../../src/ports/index.js'
import { UNKNOWN_METRICS } from '../../src/protocol/index.js'

/** A source of the test's own: what it says, and when, is the test's to decide. */
export interface PlainSource extends QueueSource {
  /** How often it was asked, and for which queues; null: for all. */
  readonly asked: (readonly string[] | null)[]
  closed: number
  /** What it answers from now on. */
  answer: () => Promise<SourceReading> | SourceReading
}

export function plainSource(
  changes: Partial<Pick<QueueSource, 'driver' | 'place' | 'names' | 'pollEvery'>> & { has?: readonly string[] } = {},
): PlainSource {
  const { has = [], ...given } = changes
  const source: PlainSource = {
    driver: 'other',
    place: 'here',
    names: has.length > 0 ? has : null,
    capabilities: [],
    pollEvery: null,
    ...given,
    asked: [],
    closed: 0,
    answer: () => ({
      server: 'server-1',
      queues: (source.names ?? has).map((name) => readingOf(name, { driver: source.driver })),
    }),
    async read(names) {
      source.asked.push(names ?? null)
      return source.answer()
    },
    async close() {
      source.closed += 1
    },
  }
  return source
}

/** Waits until a source was asked so many times more. */
export async function looks(source: PlainSource, more = 3): Promise<void> {
  const before = source.asked.length
  await vi.waitFor(() => expect(source.asked.length).toBeGreaterThanOrEqual(before + more))
}

export function readingOf(name: string, changes: Partial<QueueReading> = {}): QueueReading {
  return {
    name,
    driver: 'other',
    metrics: { ...UNKNOWN_METRICS, waiting: 3, active: 1 },
    states: ['waiting', 'active'],
    approximate: false,
    paused: false,
    oldestMs: 1_500,
    overdueMs: null,
    throughput: null,
    totals: null,
    workers: 2,
    capabilities: [],
    error: null,
    meta: null,
    ...changes,
  }
}
