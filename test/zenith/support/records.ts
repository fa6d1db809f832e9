import type { Batch, StoreRecord, Writer } from '../../../src/ports/index.js'
import {
  type ExceptionRecord,
  type Heartbeat,
  parseException,
  parseHeartbeat,
  parseSlowEntry,
  type Rollup,
  Sketch,
  type SlowEntry,
} from '../../../src/protocol/index.js'

type Fields = Record<string, unknown>

/** A heartbeat as a reporter writes it; what is not given is unknown. */
export function beatOf(service: string, id: string, fields: Fields = {}): Heartbeat {
  const text = JSON.stringify({
    v: 2,
    id,
    service,
    timestamp: Date.now(),
    interval: 10_000,
    language: 'node',
    ...fields,
  })
  return present(parseHeartbeat(text))
}

export function slowOf(service: string, node: string, fields: Fields = {}): SlowEntry {
  const entry = { name: 'GET /slow', durationMs: 1_500, thresholdMs: 1_000, status: '200', ts: Date.now() }
  return present(parseSlowEntry({ ...entry, service, node, ...fields }))
}

export function exceptionOf(service: string, node: string, fields: Fields = {}): ExceptionRecord {
  const record = { id: `e${Math.random()}`, name: 'TypeError', message: 'x is not a function', ts: Date.now() }
  return present(parseException(JSON.stringify({ ...record, service, node, ...fields })))
}

export interface SeriesFigures {
  key: string
  /** ms each */
  durations: readonly number[]
  errors?: number
  queue?: string
}

/** What a node did between two times. */
export function rollupOf(
  node: string,
  from: number,
  to: number,
  routes: readonly SeriesFigures[],
  jobs: readonly SeriesFigures[] = [],
): Rollup {
  const jobSeries = jobs.map((job) => ({ ...seriesOf(job), queue: job.queue ?? null, failed: 0, stalled: 0, wait: '' }))
  return { v: 2, node, from, to, routes: routes.map(seriesOf), jobs: jobSeries }
}

function seriesOf({ key, durations, errors = 0 }: SeriesFigures) {
  const sketch = new Sketch()
  for (const duration of durations) sketch.record(duration)
  return { key, count: durations.length, errors, aborted: 0, classes: [], sketch: sketch.encode() }
}

/** Writes a beat and whatever else, as a recorder does. */
export async function report(
  writer: Writer,
  heartbeat: Heartbeat,
  records: { slow?: SlowEntry[]; exceptions?: ExceptionRecord[]; rollups?: Rollup[]; history?: Rollup[] } = {},
): Promise<void> {
  const entries: StoreRecord[] = [
    ...(records.slow ?? []).map((record) => ({ type: 'slow' as const, record })),
    ...(records.exceptions ?? []).map((record) => ({ type: 'exception' as const, record })),
    ...(records.rollups ?? []).map((record) => ({ type: 'rollup' as const, record })),
    ...(records.history ?? []).map((record) => ({ type: 'history' as const, record })),
  ]
  const batch: Batch = { service: heartbeat.service, node: heartbeat.id, heartbeat, records: entries }
  const { error } = await writer.write(batch)
  if (error) throw error
}

export function present<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('Expected a value')
  return value
}
