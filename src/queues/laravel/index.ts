import type { JobQuery, JobScanQuery, JobSearchQuery, QueueSource } from '../../ports/index.js'
import type { JobOutcome, JobState } from '../../protocol/index.js'
import { notDone } from '../shared/outcomes.js'
import { openRedis, placeOf } from '../shared/redis.js'
import { tellingRefusals, unlessRefused } from '../shared/refusals.js'
import { readDetail } from './detail.js'
import { Directory } from './directory.js'
import { type EndedJobs, listEnded, scanEnded, searchEnded } from './ended-jobs.js'
import { forgetFailed } from './forget.js'
import { listHeld, searchHeld } from './held-jobs.js'
import { scanHeld } from './held-scan.js'
import { Indexes } from './indexes.js'
import { isHeld } from './members.js'
import { bareName, type LaravelQueue } from './names.js'
import { type LaravelQueuesOptions, resolveOptions, SOURCE } from './options.js'
import { type Memory, readAll } from './read.js'
import { HORIZON, PLAIN } from './reading.js'
import { retryFailed } from './retry.js'
import { Throughput } from './throughput.js'

export type { LaravelQueuesOptions } from './options.js'

/**
 * Queues of Laravel 10 to 13 on its Redis driver, with Horizon or without. Without Horizon, failed jobs are in the app's database, which is
 * not read: their number is unknown, and they cannot be retried.
 *
 * @example quasar.monitorQueues(laravelQueues({ redis: 'redis://127.0.0.1:6379', prefix: 'laravel_database_' }))
 *
 * @throws if an option is invalid
 */
export function laravelQueues(options: LaravelQueuesOptions): QueueSource {
  const resolved = resolveOptions(options)
  const opened = openRedis(SOURCE, options.redis)
  const { connection } = opened
  const memory: Memory = {
    connection,
    directory: new Directory(connection, resolved, (prefix) => placeOf(opened, prefix)),
    indexes: new Indexes(connection),
    throughput: new Throughput(),
  }
  const kind = resolved.horizon === false ? PLAIN : HORIZON
  return tellingRefusals<QueueSource>({
    driver: typeof resolved.horizon === 'string' ? HORIZON.driver : PLAIN.driver,
    place: placeOf(opened, resolved.prefix ?? ''),
    names: resolved.names,
    capabilities: kind.capabilities,
    pollEvery: null,
    read: () => readAll(memory),
    locate: (place, name) => memory.directory.locate(place, name),
    async close() {
      connection.close()
    },
    ...looking(memory),
    ...(kind === HORIZON ? changing(memory) : {}),
  })
}

const NOTHING = { total: 0, jobs: [], missing: 0 }

function looking(memory: Memory): Pick<QueueSource, 'jobs' | 'search' | 'scan' | 'job'> {
  const { connection } = memory
  return {
    async jobs(name: string, query: JobQuery) {
      const queue = await queueOf(memory, name)
      if (isHeld(query.state)) return listHeld(connection, queue, query.state, query)
      const ended = endedIn(memory, queue, query.state)
      return ended ? listEnded(ended, query) : NOTHING
    },
    async search(name: string, query: JobSearchQuery) {
      const queue = await queueOf(memory, name)
      if (isHeld(query.state)) return searchHeld(connection, queue, query.state, query)
      const ended = endedIn(memory, queue, query.state)
      return ended ? searchEnded(ended, query) : { jobs: [], scanned: 0, total: 0, skipped: 0, stopped: null }
    },
    async scan(name: string, query: JobScanQuery) {
      const queue = await queueOf(memory, name)
      if (isHeld(query.state)) return scanHeld(connection, queue, query.state, query)
      const ended = endedIn(memory, queue, query.state)
      return ended ? scanEnded(ended, query) : { jobs: [], cursor: null }
    },
    job: async (name, id) => readDetail(connection, await queueOf(memory, name), id),
  }
}

function changing(memory: Memory): Pick<QueueSource, 'retry' | 'remove'> {
  const act = (change: typeof retryFailed) => async (name: string, ids: readonly string[]) => {
    const queue = await queueOf(memory, name)
    const { horizon } = queue
    if (horizon !== null) return unlessRefused(ids, () => change(memory.connection, queue, horizon, ids))
    const reason = 'Without Horizon the failed jobs of Laravel are in its database: php artisan queue:retry'
    return ids.map((id): JobOutcome => notDone(id, reason))
  }
  return { retry: act(retryFailed), remove: act(forgetFailed) }
}

async function queueOf({ directory }: Memory, name: string): Promise<LaravelQueue> {
  await directory.look()
  return directory.find(name)
}

function endedIn({ connection, indexes }: Memory, queue: LaravelQueue, state: JobState): EndedJobs | null {
  if (queue.horizon === null || (state !== 'failed' && state !== 'completed')) return null
  const { horizon } = queue
  return { connection, horizon, name: bareName(queue.raw), state, index: indexes.of(horizon, state) }
}
