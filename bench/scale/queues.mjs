// The queues of a service, as its workers find them in BullMQ, and the jobs that end there.

const CAPABILITIES = [
  ...[
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
  ],
  ...['workers', 'schedulers', 'runScheduler', 'saveScheduler', 'removeScheduler'],
]
const STATES = ['waiting', 'prioritized', 'active', 'delayed', 'waitingChildren', 'completed', 'failed']
const SERVER = '5e0dc5f5ea3c1f6b3f6ad1a0b9b5a3c6c2b1f0d4'

/** Where the queues of all services are: each has its own prefix there. */
function placeOf(service) {
  return { driver: 'bullmq', place: `queues.internal:6379/0 ${service}`, server: SERVER }
}

export function queuesOf(service, count) {
  return Array.from({ length: count }, (_, index) => ({
    ...{ name: `queue-${index}`, ...placeOf(service) },
    metrics: {
      ...{ waiting: Math.floor(30 * Math.random()), prioritized: 0, active: 2, delayed: index, waitingChildren: 0 },
      ...{ completed: 1_000, failed: 12 },
    },
    ...{
      states: STATES,
      approximate: false,
      paused: false,
      oldestMs: Math.floor(3_000 * Math.random()),
      overdueMs: null,
    },
    throughput: { in: 30.25, out: 29.75 },
    ...{ workers: 2, capabilities: CAPABILITIES, error: null, meta: null },
  }))
}

/** Attempts that ended within an interval. */
export function finishedOf(service, node, { seq, from, to, count }) {
  const job = (index) => {
    const finishedAt = from + Math.floor(((to - from) * index) / count)
    return {
      ...{ queue: 0, id: String(1_000 * seq + index), name: 'send-mail', outcome: 'completed', attempt: 1 },
      ...{
        addedAt: finishedAt - 60,
        startedAt: finishedAt - 40,
        finishedAt,
        waitMs: 20,
        runMs: 40.25,
        error: null,
        payload: null,
      },
    }
  }
  const queues = [{ name: 'queue-0', ...placeOf(service) }]
  const jobs = Array.from({ length: count }, (_, index) => job(index))
  return { v: 2, node, seq, from, to, queues, jobs, left: 0, payloads: null }
}
