import { currentOrigin, followOrigins } from '../../core/origin/current.js'
import { isObject } from '../../lib/options.js'
import type { BullQueue } from '../../runtime/queue-sources.js'
import { type AddingQueue, storesMetadata, wrapAdd, wrapAddBulk } from './internals.js'

/**
 * Jobs that a request or another job adds to a queue carry its trace, in BullMQ's own field for it. Payloads stay as they are.
 *
 * @returns ends it
 */
export function carryOrigin(watched: BullQueue): () => void {
  const queue = watched as AddingQueue
  if (!canCarry(queue)) return () => {}
  const unfollow = followOrigins()
  const unwrapAdd = wrapAdd(queue, (original) => (name, data, options, ...rest) => {
    return original(
      name,
      data,
      orSame(options, () => withOrigin(queue, options)),
      ...rest,
    )
  })
  const unwrapAddBulk = wrapAddBulk(queue, (original) => (jobs, ...rest) => {
    return original(
      orSame(jobs, () => withOrigins(queue, jobs)),
      ...rest,
    )
  })
  return () => {
    unwrapAdd?.()
    unwrapAddBulk?.()
    unfollow()
  }
}

function canCarry(queue: AddingQueue): boolean {
  return orSame(false, () => storesMetadata(queue))
}

function withOrigins(queue: AddingQueue, jobs: unknown): unknown {
  if (!Array.isArray(jobs) || currentOrigin() === null) return jobs
  return jobs.map((job) => {
    const opts = isObject(job) ? withOrigin(queue, job.opts) : undefined
    return opts === undefined ? job : { ...job, opts }
  })
}

/** Jobs that a schedule repeats come from the schedule: the request that made it is over long before. */
function withOrigin(queue: AddingQueue, options: unknown): unknown {
  const origin = currentOrigin()
  if (!origin || !isFree(queue) || !(options === undefined || isObject(options))) return options
  if (isSet(options) || options?.repeat) return options
  return { ...options, telemetry: { metadata: origin.metadata() } }
}

/** Whether the app has no telemetry of its own in the queue. */
function isFree({ opts, defaultJobOptions }: AddingQueue): boolean {
  return !opts?.telemetry && !isSet(defaultJobOptions)
}

function isSet(options: object | undefined): boolean {
  return (options as { telemetry?: unknown } | undefined)?.telemetry !== undefined
}

/** A getter or a proxy of the app may throw: then the job is added as it is. */
function orSame<T>(same: T, make: () => T): T {
  try {
    return make()
  } catch {
    return same
  }
}
