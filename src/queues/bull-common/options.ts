import type { JobAddress } from '../../protocol/index.js'

/** BullMQ stores some options of a job under short names, which its API does not accept. Bull stores them under the names of its API. */
const LONG_NAMES: Readonly<Record<string, string>> = {
  de: 'deduplication',
  fpof: 'failParentOnFailure',
  cpof: 'continueParentOnFailure',
  idof: 'ignoreDependencyOnFailure',
  kl: 'keepLogs',
  rdof: 'removeDependencyOnFailure',
}

export type JobOptions = Readonly<Record<string, unknown>>

/** @returns null if the text is no JSON object */
export function decodeOptions(text: string | null): JobOptions | null {
  const stored = parseObject(text)
  if (!stored) return null
  const telemetry = {
    ...objectOf(stored.telemetry),
    ...named('metadata', stored.tm),
    ...named('omitContext', stored.omc),
  }
  const options = Object.entries(stored)
    .filter(([name]) => name !== 'tm' && name !== 'omc')
    .map(([name, value]) => [Object.hasOwn(LONG_NAMES, name) ? LONG_NAMES[name] : name, value])
  return { ...Object.fromEntries(options), ...(Object.keys(telemetry).length > 0 && { telemetry }) }
}

/** The reverse: options as BullMQ stores them. */
export function encodeOptions(options: JobOptions): string {
  const { telemetry, backoff, ...others } = options
  const short = new Map(Object.entries(LONG_NAMES).map(([name, long]) => [long, name]))
  const { metadata, omitContext } = objectOf(telemetry) ?? {}
  return JSON.stringify({
    ...Object.fromEntries(Object.entries(others).map(([name, value]) => [short.get(name) ?? name, value])),
    backoff: typeof backoff === 'number' ? { type: 'fixed', delay: backoff } : backoff,
    tm: metadata,
    omc: omitContext,
  })
}

export function parseObject(text: string | null): JobOptions | null {
  if (text === null) return null
  try {
    return objectOf(JSON.parse(text))
  } catch {
    return null
  }
}

function objectOf(value: unknown): JobOptions | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
}

function named(name: string, value: unknown): JobOptions {
  return value === undefined ? {} : { [name]: value }
}

/** Options that identify a job or link it to others: a copy of it omits them. */
const OWN_OPTIONS = [
  'jobId',
  'timestamp',
  'repeat',
  'repeatJobKey',
  'prevMillis',
  'parent',
  'failParentOnFailure',
  'continueParentOnFailure',
  'ignoreDependencyOnFailure',
  'removeDependencyOnFailure',
  // With it BullMQ would return the first job instead of adding a second one.
  'deduplication',
  'debounce',
]

/** Options for a new job like the one that has these. */
export function optionsForCopy(options: JobOptions): JobOptions {
  const isScheduled = options.repeat !== undefined
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => {
      // The delay of a scheduler's job is the time until its turn.
      return !OWN_OPTIONS.includes(name) && !(isScheduled && name === 'delay')
    }),
  )
}

/** Changes of a job after it was added, which its stored options do not include. */
export interface JobNow {
  readonly priority: number | null
  /** ms; 0 if it was promoted, or its delay is over. */
  readonly delay: number | null
  /** Then a delay is that of a retry. */
  readonly hasStarted: boolean
}

/** Options to add the job with now. */
export function optionsNow(options: JobOptions, { priority, delay, hasStarted }: JobNow): JobOptions {
  const now = { priority: priority ?? options.priority, delay: hasStarted ? 0 : (delay ?? options.delay) }
  const others = Object.entries(options).filter(([name]) => !(name in now))
  return Object.fromEntries([
    ...others,
    ...Object.entries(now).filter(([, value]) => value !== undefined && value !== 0),
  ])
}

/** A job's hash: the prefix of its queue's keys, `bull:mail:`, and its id. */
export interface JobKey {
  readonly base: string
  readonly id: string
}

/** The address that a source uses for a job. For a job under another prefix it is the whole key of its queue. */
export function addressOf(prefix: string, { base, id }: JobKey): JobAddress {
  const own = `${prefix}:`
  return base.startsWith(own) ? { queue: base.slice(own.length, -1), id } : elsewhere({ base, id })
}

/** The address of a job that does not belong to the source, or is not the one with this key here. */
export function elsewhere({ base, id }: JobKey): JobAddress {
  return { queue: base.slice(0, -1), id, isElsewhere: true }
}

/** `{"id":"7","queueKey":"bull:orders"}`; children of older versions have only the key, `bull:orders:7`. */
export function parentKeyOf(json: string | null, key: string | null, prefix: string): JobKey | null {
  const { id, queueKey } = parseObject(json) ?? {}
  if (typeof id === 'string' && typeof queueKey === 'string') return { base: `${queueKey}:`, id }
  const [likely = null] = key === null ? [] : splitsOf(key, prefix)
  return likely
}

/** A key may consist of colons. */
const MAX_SPLITS = 10

/**
 * All ways to split a job's key, the most likely first: names of queues have no colon, and ids only before version 5.13. A prefix may have
 * some, too.
 */
export function splitsOf(key: string, prefix: string): JobKey[] {
  const own = `${prefix}:`
  const isOwn = key.startsWith(own)
  const from = key.indexOf(':', isOwn ? own.length : key.indexOf(':') + 1)
  const splits: JobKey[] = []
  for (let at = from; at >= 0 && splits.length < MAX_SPLITS; at = key.indexOf(':', at + 1))
    splits.push({ base: key.slice(0, at + 1), id: key.slice(at + 1) })
  return isOwn ? splits : splits.reverse()
}
