import { type Keys, nodeMember } from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'

/** Roles of a Redis user; docs/operations.md has a rule for each. */
export const ROLES = ['reporter', 'queues', 'zenith', 'operator'] as const
export type Role = (typeof ROLES)[number]

/** No service has this name: commands with it find nothing and leave nothing. */
const NOBODY = `quasar-doctor-${process.pid}-${Date.now().toString(36)}`
/** No stream accepts this id, so an entry with it is refused after Redis has checked the rights. */
const NEVER = '0-0'

/**
 * The commands that a role sends, with the keys that it uses. Each is harmless even where it is allowed: it concerns something that does
 * not exist (XX, an empty range), or is refused for its arguments after Redis has checked the user's rights.
 */
export function neededCommands(role: Role, keys: Keys): readonly Command[] {
  const reporting = writes(keys)
  if (role === 'reporter') return reporting
  if (role === 'queues') return [...reporting, ...queueWrites(keys)]
  return role === 'zenith' ? reads(keys) : [...reads(keys), ...operatorWrites(keys)]
}

function writes(keys: Keys): Command[] {
  const node = keys.node(NOBODY, NOBODY)
  return [
    ['time'],
    ['set', node, '', 'XX'],
    ['del', node],
    ['zadd', keys.nodeIndex, 'XX', 0, nodeMember(NOBODY, NOBODY)],
    ['zrem', keys.nodeIndex, nodeMember(NOBODY, NOBODY)],
    ['zremrangebyscore', keys.nodeIndex, '+inf', '-inf'],
    ['xadd', keys.slow(NOBODY), NEVER, 'v', 2],
    ['zadd', keys.errors(NOBODY), 'XX', 0, NOBODY],
    ['zremrangebyscore', keys.errors(NOBODY), '+inf', '-inf'],
    ['zremrangebyrank', keys.errors(NOBODY), 1, 0],
    ['pexpire', keys.errors(NOBODY), 1_000],
    ...[keys.rollup(NOBODY), keys.history(NOBODY)].flatMap((key): Command[] => [
      ['xadd', key, NEVER, 'data', ''],
      ['pexpire', key, 1_000],
    ]),
  ]
}

function queueWrites(keys: Keys): Command[] {
  const lease = keys.queuesLease(NOBODY)
  return [
    ['set', lease, '', 'XX'],
    ['get', lease],
    ['pexpire', lease, 1_000],
    ['del', lease],
    ['set', keys.queues(NOBODY), '', 'XX'],
    ['get', keys.queues(NOBODY)],
    ['zadd', keys.queueIndex, 'XX', 0, NOBODY],
    ['zremrangebyscore', keys.queueIndex, '+inf', '-inf'],
  ]
}

function reads(keys: Keys): Command[] {
  return [
    ['ping'],
    ['time'],
    ['zrange', keys.nodeIndex, 0, 0],
    ['get', keys.node(NOBODY, NOBODY)],
    ['mget', keys.node(NOBODY, NOBODY)],
    ['xrange', keys.slow(NOBODY), '-', '+', 'COUNT', 1],
    ['xrevrange', keys.slow(NOBODY), '+', '-', 'COUNT', 1],
    ['zrevrangebyscore', keys.errors(NOBODY), '-inf', '+inf'],
    ['xrange', keys.rollup(NOBODY), '-', '+', 'COUNT', 1],
    ['xrange', keys.history(NOBODY), '-', '+', 'COUNT', 1],
    ['zrange', keys.queueIndex, 0, 0],
    ['mget', keys.queues(NOBODY)],
    ['xrevrange', keys.audit, '-', '-', 'COUNT', 1],
    ['xrevrange', keys.auditHead, '-', '-', 'COUNT', 1],
    ['hgetall', keys.kept(NOBODY)],
    ['hlen', keys.kept(NOBODY)],
    ['hrandfield', keys.kept(NOBODY), 1],
    ['hstrlen', keys.kept(NOBODY), NOBODY],
    ['hmget', keys.kept(NOBODY), NOBODY],
  ]
}

/** Reads among an operator's commands. */
const READS: ReadonlySet<string> = new Set(['get', 'hget'])

/** Commands that only a Zenith with actions should be allowed: each would change Zenith's own data. They are as harmless as those above. */
export function ownWrites(keys: Keys): readonly Command[] {
  const { audit } = keys
  return [
    ...operatorWrites(keys).filter(([name]) => !READS.has(name)),
    ['xtrim', audit, 'MAXLEN', '=', Number.MAX_SAFE_INTEGER],
    ['xdel', audit, NEVER],
    ['rename', keys.lease(NOBODY), keys.lease(NOBODY)],
    ['restore', keys.lease(NOBODY), 0, ''],
    ['eval', 'return 1', 1, keys.lease(NOBODY)],
  ]
}

function operatorWrites(keys: Keys): Command[] {
  return [
    ['xadd', keys.audit, NEVER, 'data', ''],
    ['xadd', keys.auditHead, NEVER, 'data', ''],
    // A field without a value.
    ['hset', keys.kept(NOBODY), 'a', 'b', 'c'],
    ['hget', keys.kept(NOBODY), NOBODY],
    ['hdel', keys.kept(NOBODY), NOBODY],
    ['set', keys.lease(NOBODY), '', 'XX'],
    ['get', keys.lease(NOBODY)],
    ['pexpire', keys.lease(NOBODY), 1_000],
    ['del', keys.lease(NOBODY)],
    ['zadd', keys.debts, 'XX', 0, NOBODY],
    // Not a number.
    ['zincrby', keys.debts, 'none', NOBODY],
    ['zremrangebyscore', keys.debts, '+inf', '-inf'],
    ['zremrangebyrank', keys.debts, 1, 0],
    ['pexpire', keys.debts, 3_000_000_000],
  ]
}
