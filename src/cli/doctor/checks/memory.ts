import { type Check, type Finding, hint, ok, problem } from '../finding.js'

const NEARLY_FULL = 0.9

/** Whether Redis has free memory, and what it does without any. */
export const memory: Check = {
  name: 'memory',
  async run(context) {
    const info = await context.info()
    if (!info?.has('maxmemory')) return []
    const [limit, used, evicted] = ['maxmemory', 'used_memory', 'evicted_keys'].map((name) =>
      Number(info.get(name) ?? 0),
    ) as [number, number, number]
    const policy = info.get('maxmemory_policy') ?? 'unknown'
    if (limit === 0) return [ok({ code: 'redis-memory', message: `${mib(used)} used, without a limit (maxmemory 0).` })]
    const share = used / limit
    const amount = `${mib(used)} of ${mib(limit)} used, maxmemory-policy ${policy}`
    if (policy === 'noeviction') return [full(share, amount)]
    return [evicting(policy, amount, evicted)]
  },
}

function full(share: number, amount: string): Finding {
  if (share < NEARLY_FULL) return ok({ code: 'redis-memory', message: `${amount}.` })
  const isFull = share >= 1
  return problem({
    code: isFull ? 'redis-full' : 'redis-nearly-full',
    message: `${amount}: ${isFull ? 'Redis refuses writes (OOM), ours and those of your queues' : 'Redis will refuse writes when it is full'}.`,
    advice:
      'Raise maxmemory or remove data; BullMQ keeps every ended job unless you set removeOnComplete and removeOnFail.',
  })
}

/** volatile-* evicts keys with a TTL, such as heartbeats; allkeys-* any key, including BullMQ's. */
function evicting(policy: string, amount: string, evicted: number): Finding {
  const isAny = policy.startsWith('allkeys-')
  const what = isAny
    ? 'Redis may evict heartbeats, and jobs of BullMQ, which needs noeviction'
    : 'Redis may evict heartbeats and queue snapshots, and their nodes then look lost'
  const finding = {
    code: 'redis-evicts',
    message: `${amount}: when it is full ${what}. ${evicted} keys evicted since its start.`,
    advice: 'CONFIG SET maxmemory-policy noeviction, or give Quasar a Redis of its own.',
  }
  return isAny && evicted > 0 ? problem(finding) : hint(finding)
}

function mib(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`
}
