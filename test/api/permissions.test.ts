import { expect, it } from 'vitest'
import { createPolicy, PERMISSIONS, type Permission, ROLES } from '../../src/api/permissions.js'

const FOR_ADMINS: readonly Permission[] = [
  'alert.edit',
  'archive.forget',
  'cluster.freeze',
  'people.edit',
  'queue.clean',
  'queue.empty',
  'queue.remove',
  'scheduler.remove',
  'scheduler.save',
]
const FOR_OPERATORS: readonly Permission[] = [
  'alert.acknowledge',
  'alert.silence',
  'node.forget',
  'queue.add',
  'queue.duplicate',
  'queue.pause',
  'queue.promote',
  'queue.resume',
  'queue.retry',
  'scheduler.pause',
  'scheduler.resume',
  'scheduler.run',
]

it.each(ROLES)('payloads from the role %s on: what each role may', (payloads) => {
  const policy = createPolicy({ payloads })
  const seesPayloads = (role: (typeof ROLES)[number]): readonly Permission[] =>
    ROLES.indexOf(role) >= ROLES.indexOf(payloads) ? ['queue.payloads'] : []
  const expected = {
    viewer: ['view', ...seesPayloads('viewer')],
    operator: ['view', ...FOR_OPERATORS, ...seesPayloads('operator')],
    admin: ['view', ...FOR_OPERATORS, ...FOR_ADMINS, ...seesPayloads('admin')],
  }
  for (const role of ROLES) {
    expect([...policy.permissionsOf({ role })].sort()).toEqual(expected[role].sort())
    for (const permission of PERMISSIONS) {
      expect(policy.can({ role }, permission)).toBe(expected[role].includes(permission))
      expect(policy.rolesWith(permission).includes(role)).toBe(expected[role].includes(permission))
    }
  }
})

it('a role that there is not may nothing', () => {
  for (const role of ['root', '', 'constructor', undefined]) {
    expect(createPolicy({ payloads: 'viewer' }).permissionsOf({ role: role as never })).toEqual([])
  }
})

it('the queues at which a permission holds are those of its grants, and of a token those of its user, too', () => {
  const policy = createPolicy({ payloads: 'operator' })
  const grant = (queues: readonly string[] | null, permissions: readonly Permission[], within?: readonly string[]) => {
    return { cluster: '*', queues, permissions, within }
  }
  const holder = {
    role: 'operator',
    grants: [grant(['mail*'], ['view', 'queue.payloads'], ['*-out']), grant(['orders'], ['view'])],
  }
  expect(policy.patternsOf(holder, 'view')).toEqual([[['mail*'], ['*-out']], [['orders']]])
  expect(policy.patternsOf(holder, 'queue.payloads')).toEqual([[['mail*'], ['*-out']]])
  expect(policy.patternsOf(holder, 'queue.clean')).toEqual([])
  expect(policy.patternsOf({ ...holder, grants: [...holder.grants, grant(null, ['view'])] }, 'view')).toBeNull()
  const elsewhere = { ...grant(null, ['view']), cluster: 'other' }
  expect(policy.patternsOf({ ...holder, grants: [elsewhere] }, 'view')).toEqual([])
  expect(policy.patternsOf({ role: 'admin' }, 'queue.clean')).toBeNull()
  expect(policy.patternsOf({ role: 'viewer' }, 'queue.clean')).toEqual([])
})
