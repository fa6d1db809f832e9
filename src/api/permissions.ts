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

/** Irreversible actions. */
const FOR_ADMINS: ReadonlySet<Permission> = new Set([
  'queue.remove',
  'queue.clean',
  'queue.empty',
  'scheduler.save',
  'scheduler.remove',
  'archive.forget',
  'alert.edit',
])

const CHANGES: readonly Permission[] = [
  ...[...QUEUE_ACTIONS, ...JOB_ACTIONS].map((action) => `queue.${action}` as const),
  ...SCHEDULER_ACTIONS.map((action) => `scheduler.${action}` as const),
  ...NODE_ACTIONS.map((action) => `node.${action}` as const),
  'archive.forget',
  'alert.acknowledge',
  'alert.silence',
  'alert.edit',
]

export const PERMISSIONS: readonly Permission[] = ['view', 'queue.payloads', ...CHANGES]

/** The part of a principal that decides its permissions. */
export interface RoleHolder {
  readonly role: Role
}

/** What a permission is requested for. Today's roles apply to all resources; later ones may not. */
export interface Resource {
  /** The key of a queue. */
  readonly queue?: string
}

/** The only place that decides on permissions. */
export interface Policy {
  can(holder: RoleHolder, permission: Permission, resource?: Resource): boolean
  /** All permissions of a principal. */
  permissionsOf(holder: RoleHolder): readonly Permission[]
  /** The roles that have a permission, the lowest first. */
  rolesWith(permission: Permission): readonly Role[]
}

/** @param payloads the lowest role that sees the payloads of jobs */
export function createPolicy({ payloads }: { readonly payloads: Role }): Policy {
  const leastFor = (permission: Permission): Role => {
    if (permission === 'view') return 'viewer'
    if (permission === 'queue.payloads') return payloads
    return FOR_ADMINS.has(permission) ? 'admin' : 'operator'
  }
  const rolesWith = (permission: Permission) => ROLES.slice(ROLES.indexOf(leastFor(permission)))
  const can = ({ role }: RoleHolder, permission: Permission) => rolesWith(permission).includes(role)
  return {
    can,
    permissionsOf: (holder) => PERMISSIONS.filter((permission) => can(holder, permission)),
    rolesWith,
  }
}
