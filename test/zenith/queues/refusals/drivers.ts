import Bull from 'bull'
import type { Redis } from 'ioredis'
import type { QueueSource } from '../../../../src/ports/index.js'
import { bullQueues } from '../../../../src/queues/bull/index.js'
import { bullmqQueues } from '../../../../src/queues/bullmq/index.js'
import { gravitoStreamQueues } from '../../../../src/queues/gravito-stream/index.js'
import { type BullVersion, bullmqOf } from '../../../support/bullmq-redis.js'
import { BullBench } from '../../../support/bullmq-system.js'
import type { TestRedis } from '../../../support/redis.js'

const LATER_MS = 100_000_000

/** A driver with one queue, `mail`: failed are f1 and f2 (which has a priority), w1 waits, d1 is delayed, and there is a scheduler. */
export interface Driver {
  fill(server: TestRedis): Promise<void>
  open(url: string): QueueSource
}

export const DRIVERS: Readonly<Record<string, Driver>> = {
  'BullMQ 6': bullmq('6'),
  'BullMQ 5': bullmq('5'),
  'BullMQ 5 by BullMQ 6': bullmq('5', '6'),
  'BullMQ 6 by BullMQ 5': bullmq('6', '5'),
  Bull: { fill: fillBull, open: (redis) => bullQueues({ redis, queues: ['mail'] }) },
  'Gravito Stream': {
    fill: (server) => fillGravitoStream(server.client()),
    open: (redis) => gravitoStreamQueues({ redis, queues: ['mail'] }),
  },
}

function bullmq(owner: BullVersion, own: BullVersion = owner): Driver {
  const bullmq = bullmqOf(own)
  return {
    async fill({ port }) {
      const bench = new BullBench({ bullmq: bullmqOf(owner), connection: { host: '127.0.0.1', port }, prefix: 'bull' })
      const queue = bench.queue('mail')
      await queue.add('send', { to: 'ada' }, { jobId: 'f1' })
      await bench.fail('mail', 'bad')
      await queue.add('send', { to: 'ada' }, { jobId: 'f2', priority: 3 })
      await bench.fail('mail', 'bad')
      await queue.add('send', { to: 'ada' }, { jobId: 'w1' })
      await queue.add('send', { to: 'ada' }, { jobId: 'd1', delay: LATER_MS })
      await queue.upsertJobScheduler('s1', { every: LATER_MS }, { name: 'nightly', data: {} })
      await bench.end()
    },
    open: (connection) => bullmqQueues({ connection, queues: ['mail'], bullmq }),
  }
}

async function fillBull({ port }: TestRedis): Promise<void> {
  const queue = new Bull('mail', { redis: { host: '127.0.0.1', port } })
  for (const [jobId, options] of [
    ['f1', {}],
    ['f2', { priority: 3 }],
  ] as const) {
    await queue.add('send', { to: 'ada' }, { jobId, ...options })
    await (await queue.getNextJob())?.moveToFailed(new Error('bad'))
  }
  await queue.add('send', { to: 'ada' }, { jobId: 'w1' })
  await queue.add('send', { to: 'ada' }, { jobId: 'd1', delay: LATER_MS })
  await queue.add('nightly', {}, { repeat: { every: LATER_MS } })
  await queue.close(true)
}

async function fillGravitoStream(admin: Redis): Promise<void> {
  const job = (id: string, rest: object = {}) =>
    JSON.stringify({ id, type: 'json', data: '{}', createdAt: 1, attempts: 1, ...rest })
  const failed = { failedAt: 2, error: 'bad' }
  await admin.lpush('queue:mail:failed', job('f1', failed), job('f2', failed))
  await admin.lpush('queue:mail', job('w1'))
  const later = Date.now() + LATER_MS
  await admin.zadd('queue:mail:delayed', later, job('d1'))
  await admin.zadd('queue:schedules', later, 's1')
  const schedule = { id: 's1', cron: '0 0 * * *', queue: 'mail', job: job('x'), enabled: 'true', nextRun: later }
  await admin.hset('queue:schedule:s1', schedule)
}
