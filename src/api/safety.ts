import type { Permission } from './permissions.js'

/** What guards the apps of a cluster: which changes a read-only cluster and a freeze refuse, and which ones production asks to confirm. */

/** The environment in which a removal of many jobs takes a confirmation. */
export const PRODUCTION = 'production'

export const MAX_ENVIRONMENT_CHARS = 30

/** Whether it is a short word of lower-case letters, digits and hyphens. */
export function isEnvironment(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_ENVIRONMENT_CHARS && /^[a-z][a-z0-9-]*$/.test(value)
}

/** Reading, and changes of Zenith's own data. Every other permission is for changes of the apps. */
const OWN: ReadonlySet<Permission> = new Set([
  'view',
  'queue.payloads',
  'alert.acknowledge',
  'alert.silence',
  'alert.edit',
  'people.edit',
  'cluster.freeze',
])

/** Whether a permission is for changes of the apps, which a read-only cluster and a freeze refuse. */
export function changesApps(permission: Permission): boolean {
  return !OWN.has(permission)
}

interface Confirmed {
  /** The least number of jobs that takes it. */
  readonly from: number
  /** What the field `confirm` takes. */
  readonly takes: string
}

/** The changes that remove many jobs for good: in production they take a confirmation. */
export const CONFIRMED = {
  'queue.clean': { from: 1, takes: 'the name of the queue' },
  'queue.empty': { from: 1, takes: 'the name of the queue' },
  'queue.remove': {
    from: 2,
    takes: 'the name of the queue; for several queues `remove 12000 jobs`, with the operation’s `eligible`',
  },
  'archive.forget': { from: 1, takes: 'the search `q` once more' },
} as const satisfies Partial<Record<Permission, Confirmed>>

export type ConfirmedPermission = keyof typeof CONFIRMED

/** Whether a change takes a confirmation in an environment. @param jobs how many it may remove */
export function isConfirmed(environment: string | null, permission: Permission, jobs: number): boolean {
  if (environment !== PRODUCTION || !Object.hasOwn(CONFIRMED, permission)) return false
  return jobs >= CONFIRMED[permission as ConfirmedPermission].from
}

/**
 * What confirms a bulk removal. The names of 200 queues are too many to type, and their number is not the amount that goes: for several
 * queues it is the number of jobs.
 *
 * @param queues names
 */
export function bulkConfirmation(queues: readonly string[], eligible: number): string {
  const [first] = queues
  return queues.length === 1 && first !== undefined ? first : `remove ${eligible} jobs`
}
