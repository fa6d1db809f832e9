import { MAX_NAME_CHARS, MAX_SERIES, PROTOCOL_VERSION } from './limits.js'
import { type ProcessFigures, readProcess } from './process-figures.js'
import { type Fields, own, readCount, readList, readObject, readText, readTime } from './read.js'
import { isSketchText } from './sketch.js'
import { readSystem, type SystemFigures } from './system-figures.js'

/** Counts of one route or job in one interval. The text form leaves out counts of 0. */
export interface SeriesRollup {
  /** A route's `GET /users/:id`, a job's name, `(other)` or `(unmatched)`. */
  key: string
  count: number
  /** Requests answered with 5xx, job attempts that failed. */
  errors: number
  /** Requests whose client disconnected before the end. */
  aborted: number
  /** Requests by status class: how many 1xx, 2xx, 3xx, 4xx and 5xx. Empty for jobs. */
  classes: readonly number[]
  /**
   * Durations in ms: see `Sketch.encode`. May have fewer than `count`: an event stream has no duration, and neither has a job that never
   * ran.
   */
  sketch: string
}

/** Further counts of a job. */
export interface JobRollup extends SeriesRollup {
  queue: string | null
  /** Jobs that failed for good. */
  failed: number
  /** Number of stalls: its worker lost the lock, and the queue made the job wait again or gave it up. */
  stalled: number
  /** Waits before first attempts, in ms. */
  wait: string
}

/** One node's requests and jobs over one interval; `from` and `to` are Unix ms. A node and a `from` identify it. */
export interface Rollup {
  v: typeof PROTOCOL_VERSION
  node: string
  from: number
  to: number
  routes: readonly SeriesRollup[]
  jobs: readonly JobRollup[]
  /** The process itself, in its history only: the heartbeat has it for an interval. */
  process?: ProcessFigures
  /** What the process runs on, in its history only. */
  system?: SystemFigures
}

/**
 * Encodes the field `data` of an entry of `rollup:{service}`.
 *
 * @param clockAhead see `readClockAhead`; null when the times are by the node's own clock
 */
export function encodeRollup(rollup: Rollup, clockAhead: number | null = null): string {
  const whole = clockAhead === null ? rollup : { ...rollup, clockAhead }
  return JSON.stringify(whole, (key, value) => (isEmptyFigure(key, value) ? undefined : value))
}

const SPARSE = new Set(['errors', 'aborted', 'failed', 'stalled', 'wait', 'classes', 'queue'])

function isEmptyFigure(key: string, value: unknown): boolean {
  return (
    SPARSE.has(key) && (value === 0 || value === '' || value === null || (Array.isArray(value) && value.length === 0))
  )
}

/** @returns null when the text is not a rollup; unreadable series are left out */
export function parseRollup(text: unknown): Rollup | null {
  const fields = readObject(text)
  return fields && rollupOfFields(fields)
}

/** Like {@link parseRollup}, for parsed JSON. */
export function rollupOfFields(fields: Fields): Rollup | null {
  const node = readText(fields, 'node', MAX_NAME_CHARS)
  const from = readTime(fields, 'from')
  const to = readTime(fields, 'to')
  if (!node || from === null || to === null || to < from) return null
  const process = readProcess(fields)
  const system = readSystem(fields)
  return {
    v: PROTOCOL_VERSION,
    node,
    from,
    to,
    routes: readSeriesList(fields, 'routes', readSeries),
    jobs: readSeriesList(fields, 'jobs', readJob),
    ...(process && { process }),
    ...(system && { system }),
  }
}

function readSeriesList<T>(fields: Fields, key: string, read: (series: Fields) => T | null): T[] {
  return readList(fields, key, MAX_SERIES + 2)
    .map(read)
    .filter((series) => series !== null)
}

function readSeries(fields: Fields): SeriesRollup | null {
  const key = readText(fields, 'key', MAX_NAME_CHARS)
  const count = readCount(fields, 'count')
  const sketch = own(fields, 'sketch')
  if (!key || count === null || typeof sketch !== 'string' || !isSketchText(sketch)) return null
  const errors = readCount(fields, 'errors') ?? 0
  return { key, count, errors, aborted: readCount(fields, 'aborted') ?? 0, classes: readClasses(fields), sketch }
}

function readJob(fields: Fields): JobRollup | null {
  const series = readSeries(fields)
  if (!series) return null
  const wait = own(fields, 'wait')
  return {
    ...series,
    queue: readText(fields, 'queue', MAX_NAME_CHARS),
    failed: readCount(fields, 'failed') ?? 0,
    stalled: readCount(fields, 'stalled') ?? 0,
    wait: typeof wait === 'string' && isSketchText(wait) ? wait : '',
  }
}

function readClasses(fields: Fields): number[] {
  const classes = own(fields, 'classes')
  const readable =
    Array.isArray(classes) && classes.length <= 5 && classes.every((n) => Number.isSafeInteger(n) && n >= 0)
  return readable ? classes : []
}
