import { globOf } from '../lib/glob.js'
import {
  JOB_ACTIONS,
  type JobAction,
  NODE_ACTIONS,
  type NodeAction,
  QUEUE_ACTIONS,
  type QueueAction,
  SCHEDULER_ACTIONS,
  type SchedulerAction,
} from './actions.js'

/** In ascending order: each has the permissions of those before it. */
export const ROLES = ['viewer', 'operator', 'admin'] as const
/** viewer: reads; operator: performs reversible actions; admin: performs all. */
export type Role = (typeof ROLES)[number]

export function isRole(value: unknown): value is Role {
  return ROLES.some((role) => role === value)
}

/** `view`: everything but payloads. `queue.…`: on a queue and its jobs. */
export type Permission =
  | 'view'
  | 'queue.payloads'
  | `queue.${QueueAction | JobAction}`
  | `scheduler.${SchedulerAction}`
  | `node.${NodeAction}`
  | 'archive.forget'
  | 'alert.acknowledge'
  | 'alert.silence'
  | 'alert.edit'
  | 'people.edit'
  | 'cluster.freeze'

/** Irreversible actions. */
const FOR_ADMINS: ReadonlySet<Permission> = new Set([
  'queue.remove',
  'queue.clean',
  'queue.empty',
  'scheduler.save',
  'scheduler.remove',
  'archive.forget',
  'alert.edit',
  'people.edit',
  'cluster.freeze',
])

const CHANGES: readonly Permission[] = [
  ...[...QUEUE_ACTIONS, ...JOB_ACTIONS].map((action) => `queue.${action}` as const),
  ...SCHEDULER_ACTIONS.map((action) => `scheduler.${action}` as const),
  ...NODE_ACTIONS.map((action) => `node.${action}` as const),
  'archive.forget',
  'alert.acknowledge',
  'alert.silence',
  'alert.edit',
  'people.edit',
  'cluster.freeze',
]

export const PERMISSIONS: readonly Permission[] = ['view', 'queue.payloads', ...CHANGES]

/** A role at a place. */
export interface Grant {
  /** Id of a cluster; `*`: all. */
  readonly cluster: string
  /** Names or keys of queues, in which `*` is any text; null: all queues. */
  readonly queues: readonly string[] | null
  /** A queue has to fit these, too: those of a token's user. */
  readonly within?: readonly string[] | null | undefined
  readonly permissions: readonly Permission[]
}

/** The part of a principal that decides its permissions. */
export interface RoleHolder {
  /** A role of {@link ROLES}, or a name for what the grants allow. */
  readonly role: string
  /** Decide instead of the role. */
  readonly grants?: readonly Grant[] | undefined
}

/** What patterns of queues are compared with. */
export interface QueueName {
  readonly key: string
  readonly name: string
}

/** What a permission is requested for. */
export interface Resource {
  /** A grant that fits its name or its key is enough. Without it, any grant is, whatever its queues. */
  readonly queue?: QueueName | undefined
  /** Id of a cluster. @default that of the policy */
  readonly cluster?: string | undefined
}

/** The only cluster of a Zenith that was given none. */
export const DEFAULT_CLUSTER = 'default'

/** The only place that decides on permissions. */
export interface Policy {
  can(holder: RoleHolder, permission: Permission, resource?: Resource): boolean
  /** All permissions of a principal, each at one queue at least. */
  permissionsOf(holder: RoleHolder): readonly Permission[]
  /** The built-in roles that have a permission, the lowest first. */
  rolesWith(permission: Permission): readonly Role[]
  /** Those of a built-in role. */
  permissionsWith(role: Role): readonly Permission[]
  /** Whether a principal may see a queue; null: it may see all of them. */
  queuesOf(holder: RoleHolder, cluster?: string | null): ((queue: QueueName) => boolean) | null
  /** The queues at which a principal has a permission; null: at all of them. */
  patternsOf(holder: RoleHolder, permission: Permission, cluster?: string | null): readonly QueuePatterns[] | null
}

/** Queues of which one pattern of each list fits the name or the key; see {@link Grant.queues}. */
export type QueuePatterns = readonly (readonly string[])[]

export interface PolicyOptions {
  /** The lowest role that sees the payloads of jobs. */
  readonly payloads: Role
  /** Id of the cluster in which permissions are asked for; null: in any. @default 'default' */
  readonly cluster?: string | null
}

export function createPolicy({ payloads, cluster: own = DEFAULT_CLUSTER }: PolicyOptions): Policy {
  const leastFor = (permission: Permission): Role => {
    if (permission === 'view') return 'viewer'
    if (permission === 'queue.payloads') return payloads
    return FOR_ADMINS.has(permission) ? 'admin' : 'operator'
  }
  const rolesWith = (permission: Permission) => ROLES.slice(ROLES.indexOf(leastFor(permission)))
  const can = ({ role, grants }: RoleHolder, permission: Permission, resource: Resource = {}) => {
    if (!grants) return rolesWith(permission).some((one) => one === role)
    return isGranted(grants, permission, { cluster: own, ...resource })
  }
  return {
    can,
    permissionsOf: (holder) => PERMISSIONS.filter((permission) => can(holder, permission)),
    rolesWith,
    permissionsWith: (role) => PERMISSIONS.filter((permission) => rolesWith(permission).includes(role)),
    queuesOf(holder, cluster = own) {
      const grants = (holder.grants ?? []).filter(({ permissions }) => permissions.includes('view'))
      const isWhole = grants.some((grant) => hasAllQueues(grant) && isIn(grant, cluster))
      if (!holder.grants || isWhole) return null
      return (queue) => grants.some((grant) => isAt(grant, 'view', { queue, cluster }))
    },
    patternsOf(holder, permission, cluster = own) {
      if (!holder.grants) return can(holder, permission) ? null : []
      const grants = holder.grants.filter((grant) => grant.permissions.includes(permission) && isIn(grant, cluster))
      return grants.some(hasAllQueues) ? null : grants.map(patternsOf)
    },
  }
}

/** A resource of a cluster; null: of any. */
type GrantedAt = Omit<Resource, 'cluster'> & { readonly cluster?: string | null | undefined }

/** Whether one of the grants has a permission for a resource. */
export function isGranted(grants: readonly Grant[], permission: Permission, resource: GrantedAt = {}): boolean {
  return grants.some((grant) => grant.permissions.includes(permission) && isAt(grant, permission, resource))
}

/** What is about everything takes a grant for everything: who edits users could give himself the rest. */
const EVERYWHERE: ReadonlySet<Permission> = new Set(['people.edit'])

function isAt(grant: Grant, permission: Permission, { queue, cluster = DEFAULT_CLUSTER }: GrantedAt): boolean {
  if (EVERYWHERE.has(permission)) return grant.cluster === '*' && hasAllQueues(grant)
  if (!isIn(grant, cluster)) return false
  // What is about no queue is not for those who have some queues alone.
  if (!queue) return hasAllQueues(grant) || isOfQueues(permission)
  return fits(grant.queues, queue) && fits(grant.within ?? null, queue)
}

function fits(patterns: readonly string[] | null, queue: QueueName): boolean {
  return patterns === null || matcherOf(patterns)(queue)
}

function patternsOf({ queues, within = null }: Grant): QueuePatterns {
  return [queues, within].filter((patterns) => patterns !== null)
}

function hasAllQueues({ queues, within = null }: Grant): boolean {
  return queues === null && within === null
}

function isIn({ cluster }: Grant, id: string | null): boolean {
  return id === null || cluster === '*' || cluster === id
}

function isOfQueues(permission: Permission): boolean {
  return permission === 'view' || permission.startsWith('queue.') || permission.startsWith('scheduler.')
}

type QueueMatcher = (queue: QueueName) => boolean

/** Compiled once for a grant. */
const matchers = new WeakMap<readonly string[], QueueMatcher>()

function matcherOf(patterns: readonly string[]): QueueMatcher {
  const known = matchers.get(patterns)
  if (known) return known
  const globs = patterns.map(globOf)
  const matcher: QueueMatcher = ({ key, name }) => globs.some((glob) => glob(name) || glob(key))
  matchers.set(patterns, matcher)
  return matcher
}
