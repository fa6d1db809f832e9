import type {
  EndedChild,
  ExceptionRecord,
  FinishedJobs,
  Heartbeat,
  JobRollup,
  QueueEntry,
  QueueHistory,
  Rollup,
  SeriesRollup,
  SlowEntry,
} from '../protocol/index.js'
import { MAX_JOB_ERROR_CHARS, MAX_MESSAGE_CHARS, MAX_NAME_CHARS, MAX_STACK_CHARS } from '../protocol/index.js'
import type { Seen } from './job.js'
import { maskPayload } from './json.js'
import { redactName } from './name.js'
import { namesSecret } from './secret-names.js'
import { MASK, maskSecrets } from './secrets.js'
import { maskStack } from './stack.js'
import { maskedWithin } from './within.js'

/**
 * Records as a user sees them. Quasar's own recorders mask what they write; others, in other languages or of other versions, may not, and
 * their texts may already be cut when they are read.
 */

const MAX_URL_CHARS = 2_048
const MAX_NOTE_CHARS = 300

/** An id of the writer, or any other short text that is not meant for people. */
function seenId(id: string): string {
  return maskedWithin(id, MAX_NAME_CHARS, maskSecrets)
}

function seenName(name: string | null): string | null {
  return name === null ? null : redactName(name)
}

export function seenException(record: ExceptionRecord): Seen<ExceptionRecord> {
  const { stack } = record
  let seenStack: string | null | undefined
  const view = {
    ...record,
    id: seenId(record.id),
    name: redactName(record.name),
    message: maskedWithin(record.message, MAX_MESSAGE_CHARS),
    fingerprint: seenId(record.fingerprint),
    route: seenName(record.route),
    queue: seenName(record.queue),
    path: seenName(record.path),
    requestId: seenName(record.requestId),
    traceId: seenName(record.traceId),
    /** Masked when it is first shown: most stacks never are. */
    get stack(): string | null {
      seenStack ??= stack && maskStack(stack, '', { message: MAX_MESSAGE_CHARS, stack: MAX_STACK_CHARS })
      return seenStack
    },
  }
  return view as unknown as Seen<ExceptionRecord>
}

export function seenSlow(entry: SlowEntry): Seen<SlowEntry> {
  const { meta } = entry
  const view = {
    ...entry,
    name: redactName(entry.name),
    status: seenName(entry.status),
    requestId: seenName(entry.requestId),
    traceId: seenName(entry.traceId),
    meta: {
      ...meta,
      method: seenName(meta.method),
      url: meta.url === null ? null : maskedWithin(meta.url, MAX_URL_CHARS),
      headers: meta.headers && Object.fromEntries(Object.entries(meta.headers).map(seenHeader)),
      queue: seenName(meta.queue),
      jobId: seenName(meta.jobId),
    },
  }
  return view as unknown as Seen<SlowEntry>
}

function seenHeader([name, value]: [string, string]): [string, string] {
  return [seenId(name), namesSecret(name) ? MASK : maskedWithin(value, MAX_MESSAGE_CHARS)]
}

/** @param nameOf masks a name; the same names recur */
export function seenRollup(rollup: Rollup, nameOf: (name: string) => string): Rollup {
  const seenSeries = <T extends SeriesRollup>(series: T): T => ({ ...series, key: nameOf(series.key) })
  const seenJob = (job: JobRollup): JobRollup => ({
    ...seenSeries(job),
    queue: job.queue === null ? null : nameOf(job.queue),
  })
  return { ...rollup, routes: rollup.routes.map(seenSeries), jobs: rollup.jobs.map(seenJob) }
}

/** @param nameOf masks texts that recur in each heartbeat */
export function seenHeartbeat(heartbeat: Heartbeat, nameOf: (name: string) => string): Heartbeat {
  const { ready, setup, meta, hostname, environment, appVersion, children } = heartbeat
  const seenChild = <T extends EndedChild>(child: T): T => ({ ...child, command: seenName(child.command) })
  return {
    ...heartbeat,
    hostname: hostname === null ? null : nameOf(hostname),
    environment: environment === null ? null : nameOf(environment),
    appVersion: appVersion === null ? null : nameOf(appVersion),
    ready: ready && { status: seenId(ready.status), deps: seenFields(ready.deps) },
    children: children && {
      ...children,
      running: children.running.map(seenChild),
      ended: children.ended.map(seenChild),
    },
    setup: setup === null ? null : setup.map((note) => maskedWithin(note, MAX_NOTE_CHARS)),
    meta: seenFields(meta),
  }
}

/** Its name is its address and stays unmasked. @param placeOf masks its place; the same places recur */
export function seenQueue(queue: QueueEntry, placeOf: (place: string) => string): QueueEntry {
  const { error, meta, place } = queue
  return {
    ...queue,
    place: place === null ? null : placeOf(place),
    error: error === null ? null : maskedWithin(error, MAX_MESSAGE_CHARS),
    meta: seenFields(meta),
  }
}

/** As {@link seenQueue}: names are addresses. @param placeOf masks a place; the same places recur */
export function seenQueueHistory(history: QueueHistory, placeOf: (place: string) => string): QueueHistory {
  const queues = history.queues.map((queue) =>
    queue.place === null ? queue : { ...queue, place: placeOf(queue.place) },
  )
  return { ...history, queues }
}

/** Masks texts that recur in the records of a stream. */
export interface RecurringMasks {
  readonly nameOf: (name: string) => string
  readonly placeOf: (place: string) => string
  /** See {@link seenJobError}. */
  readonly errorOf: (message: string) => string
}

/** Ids of jobs and names of queues are addresses, and stay unmasked. The payloads are sealed. */
export function seenFinishedJobs(record: FinishedJobs, { nameOf, placeOf, errorOf }: RecurringMasks): FinishedJobs {
  const queues = record.queues.map((queue) =>
    queue.place === null ? queue : { ...queue, place: placeOf(queue.place) },
  )
  const jobs = record.jobs.map((job) => ({
    ...job,
    name: nameOf(job.name),
    error: job.error === null ? null : errorOf(job.error),
  }))
  return { ...record, queues, jobs }
}

/** The message of a failed attempt. */
export function seenJobError(message: string): string {
  return maskedWithin(message, MAX_JOB_ERROR_CHARS)
}

/** Masks an object of the writer, which is small. */
function seenFields<T extends object | null>(fields: T): T {
  if (fields === null) return fields
  const { text, masked } = maskPayload(JSON.stringify(fields))
  return masked === 0 ? fields : (JSON.parse(text) as T)
}
