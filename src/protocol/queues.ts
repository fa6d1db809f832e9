import { MAX_MESSAGE_CHARS, MAX_NAME_CHARS, MAX_QUEUES, MAX_SNAPSHOT_CHARS, PROTOCOL_VERSION } from './limits.js'
import {
  type Fields,
  fieldsOf,
  own,
  readAmount,
  readList,
  readObject,
  readOwnObject,
  readText,
  readTime,
  within,
} from './read.js'

export const QUEUE_DRIVERS = [
  'gravito-stream',
  'laravel-horizon',
  'laravel',
  'bullmq',
  'bull',
  'sqs',
  'redis-list',
  'celery',
  'rq',
  'sidekiq',
  'other',
] as const
export type QueueDriver = (typeof QUEUE_DRIVERS)[number]

/**
 * States of a job. waiting: may start now; prioritized: the same, in the order of priorities; delayed: not before a time, including a
 * retry's backoff; waitingChildren: until its child jobs have ended.
 */
export const JOB_STATES = [
  'waiting',
  'prioritized',
  'active',
  'delayed',
  'waitingChildren',
  'completed',
  'failed',
] as const
export type JobState = (typeof JOB_STATES)[number]

/** Actions and details that a source may offer for a queue. */
export const QUEUE_CAPABILITIES = [
  'list',
  'get',
  'search',
  'logs',
  'flow',
  'retry',
  'promote',
  'remove',
  'pause',
  'clean',
  'empty',
  'add',
  'duplicate',
  'workers',
  'schedulers',
  'runScheduler',
  'saveScheduler',
  'removeScheduler',
] as const
export type QueueCapability = (typeof QUEUE_CAPABILITIES)[number]

/** Number of jobs in each state; null: unknown, or the system has no such state. */
export type QueueMetrics = Readonly<Record<JobState, number | null>>

/** Jobs per minute; null if unknown. */
export interface QueueThroughput {
  readonly in: number | null
  /** Jobs that ended, with any result. */
  readonly out: number | null
}

/** One queue at one moment. */
export interface QueueEntry {
  readonly name: string
  readonly driver: QueueDriver
  /** Its location, without secrets; distinguishes queues of one name: `127.0.0.1:6379/0 bull`. */
  readonly place: string | null
  /** Identifies the server, whatever its address; changes when the server restarts. */
  readonly server: string | null
  readonly metrics: QueueMetrics
  /** The states of such a queue, in display order. */
  readonly states: readonly JobState[]
  /** Whether the counts are the system's own estimates. */
  readonly approximate: boolean
  readonly paused: boolean | null
  /** Age of the job that has waited longest, ms; null when none waits, or if unknown. */
  readonly oldestMs: number | null
  /** How long the most overdue job has been due, ms: a sign that no worker polls. */
  readonly overdueMs: number | null
  readonly throughput: QueueThroughput | null
  /** Number of connected workers; null if unknown. */
  readonly workers: number | null
  readonly capabilities: readonly QueueCapability[]
  /** Readable reason why it could not be read; its figures are null then. */
  readonly error: string | null
  /** Further data of the driver, `{ horizon: 'inactive' }`. */
  readonly meta: Fields | null
}

/** One node's report on the queues that it watches: the value of `queues:{service}` and `queues:{service}:{rank}`. */
export interface QueueSnapshot {
  readonly v: typeof PROTOCOL_VERSION
  /** Unix ms */
  readonly timestamp: number
  /** Time between two reports, ms. */
  readonly interval: number | null
  readonly service: string
  /** The node that reports. */
  readonly reporter: string | null
  readonly queues: readonly QueueEntry[]
  /** Number of its queues that a reader left out; never written. */
  readonly left?: number
}

/** Metrics of a queue that are all unknown. */
export const UNKNOWN_METRICS: QueueMetrics = {
  waiting: null,
  prioritized: null,
  active: null,
  delayed: null,
  waitingChildren: null,
  completed: null,
  failed: null,
}

/** Number of jobs that could start now: waiting and prioritized; null when neither is known. */
export function backlogOf({ waiting, prioritized }: QueueMetrics): number | null {
  return waiting === null && prioritized === null ? null : (waiting ?? 0) + (prioritized ?? 0)
}

/** @param clockAhead see `readClockAhead`; null when the time is by the node's own clock */
export function encodeQueueSnapshot({ left: _, ...snapshot }: QueueSnapshot, clockAhead: number | null = null): string {
  return JSON.stringify(clockAhead === null ? snapshot : { ...snapshot, clockAhead })
}

/**
 * Reads a snapshot of protocol 2 or 1 (`pulse:queues:{app}`). Entries without a queue's name are left out.
 *
 * @param maxQueues limit of the queues to read, and never more than {@link MAX_QUEUES}; the others are counted in `left`
 * @returns null when the text is not a snapshot: not JSON, or without a service, a time or a list of queues
 */
export function parseQueueSnapshot(
  text: unknown,
  from: { service?: string } = {},
  maxQueues: number = MAX_QUEUES,
): QueueSnapshot | null {
  const fields = readObject(text, MAX_SNAPSHOT_CHARS)
  const list = fields && own(fields, 'queues')
  if (!fields || !Array.isArray(list)) return null
  const most = Math.max(0, Math.min(maxQueues, MAX_QUEUES))
  const service = readText(fields, 'service', MAX_NAME_CHARS) ?? from.service
  const timestamp = readTime(fields, 'timestamp')
  if (!service || timestamp === null) return null
  return {
    v: PROTOCOL_VERSION,
    timestamp,
    interval: readAmount(fields, 'interval'),
    service,
    reporter: readText(fields, 'reporter', MAX_NAME_CHARS),
    queues: readQueues(fields, most),
    ...(list.length > most && { left: list.length - most }),
  }
}

/** Reads the field `queues` of a snapshot, or of a heartbeat of the older SDK. */
export function readQueues(fields: Fields, max: number = MAX_QUEUES): QueueEntry[] {
  return readList(fields, 'queues', max)
    .map(readQueue)
    .filter((entry) => entry !== null)
}

/** Reads one entry; null without a name. */
export function readQueue(fields: Fields): QueueEntry | null {
  const name = readText(fields, 'name', MAX_NAME_CHARS)
  if (!name) return null
  const metrics = readMetrics(fields)
  const states = readWords(fields, 'states', JOB_STATES)
  return {
    name,
    driver: QUEUE_DRIVERS.find((driver) => driver === own(fields, 'driver')) ?? 'other',
    place: readText(fields, 'place', MAX_NAME_CHARS),
    server: readText(fields, 'server', MAX_NAME_CHARS),
    metrics,
    states: states.length > 0 ? states : JOB_STATES.filter((state) => metrics[state] !== null),
    approximate: own(fields, 'approximate') === true,
    paused: readFlag(fields, 'paused'),
    oldestMs: readAmount(fields, 'oldestMs'),
    overdueMs: readAmount(fields, 'overdueMs'),
    throughput: readThroughput(fields),
    workers: readAmount(fields, 'workers'),
    capabilities: readWords(fields, 'capabilities', QUEUE_CAPABILITIES),
    error: readText(fields, 'error', MAX_MESSAGE_CHARS),
    meta: readOwnObject(fields, 'meta'),
  }
}

/** The older SDK called the counts `size`. */
function readMetrics(fields: Fields): QueueMetrics {
  const group = fieldsOf(own(fields, 'metrics')) ? within(fields, 'metrics') : within(fields, 'size')
  return Object.fromEntries(JOB_STATES.map((state) => [state, readAmount(group, state)])) as QueueMetrics
}

function readThroughput(fields: Fields): QueueThroughput | null {
  const group = fieldsOf(own(fields, 'throughput'))
  return group && { in: readAmount(group, 'in'), out: readAmount(group, 'out') }
}

function readFlag(fields: Fields, key: string): boolean | null {
  const value = own(fields, key)
  return typeof value === 'boolean' ? value : null
}

function readWords<T extends string>(fields: Fields, key: string, known: readonly T[]): T[] {
  const value = own(fields, key)
  return Array.isArray(value) ? known.filter((word) => value.includes(word)) : []
}
