import type { QueueSource } from '../../ports.js'
import { JOB_STATES, QUEUE_CAPABILITIES } from '../../protocol/index.js'
import type { RedisSource } from '../../redis/client.js'
import { Discovery } from '../../redis/discovery.js'
import { RedisError } from '../../redis/errors.js'
import { escapeGlob } from '../../redis/glob.js'
import type { QueueKind } from '../shared/readings.js'
import { SeenNames } from '../shared/seen-names.js'
import { wasThere } from '../shared/times.js'
import { addJob, duplicateJob, promoteJobs, removeJobs, retryJobs } from './actions.js'
import { QueueApi, queueClassOf } from './api.js'
import { type CleanPlace, cleanJobs, emptyQueue } from './clean.js'
import { readDetail, readLogs } from './detail.js'
import { readFlow } from './flow.js'
import { baseOf } from './keys.js'
import { readIds } from './lists.js'
import { placeOfQueues, type QueuePlace } from './places.js'
import type { BullModule, BullQueue } from './queue-api.js'
import { QueueReader } from './reading.js'
import { formatCursor, parseCursor, scanIds } from './scan.js'
import { readSchedulers, removeScheduler, runScheduler, saveScheduler } from './schedulers.js'
import { ScriptRunner } from './script.js'
import { searchJobs } from './search.js'
import { readSummaries } from './summaries.js'

/** How often queues are looked for, in ms. */
const DISCOVER_EVERY_MS = 60_000

const KIND: QueueKind = { driver: 'bullmq', states: JOB_STATES, capabilities: QUEUE_CAPABILITIES }

export interface RedisSourceOptions {
  readonly connection: RedisSource | undefined
  readonly prefix: string
  /** Null: all that are found. */
  readonly names: readonly string[] | null
  readonly queues: readonly BullQueue[]
  readonly bullmq: BullModule | undefined
}

/** BullMQ on Redis: read by its keys, changed by its API. */
export function redisSource(options: RedisSourceOptions): QueueSource {
  const where = placeOfQueues(options.connection, options.prefix, options.queues)
  const { connection } = where.redis
  const scripts = new ScriptRunner(connection)
  const given = new Map(options.queues.map((queue) => [queue.name, queue]))
  const api = new QueueApi(given, connection, where.prefix, queueClassOf(options.bullmq, options.queues))
  const place: CleanPlace = { connection, api, scripts, prefix: where.prefix }
  const reader = new QueueReader(connection, scripts, where.prefix, KIND, namesOf(options.names, where))
  return {
    driver: KIND.driver,
    place: where.place,
    names: options.names,
    capabilities: KIND.capabilities,
    pollEvery: null,
    read: () => reader.read(),
    async close() {
      api.close()
      connection.close()
    },
    ...looks(place),
    ...changes(place),
  }
}

function namesOf(names: readonly string[] | null, { redis, prefix }: QueuePlace): () => Promise<readonly string[]> {
  if (names) return async () => names
  const seen = new SeenNames()
  const pattern = { match: `${escapeGlob(prefix)}:*:meta`, type: 'hash' } as const
  const discovery = new Discovery(redis.connection, [pattern], DISCOVER_EVERY_MS, (key) => {
    const name = key.slice(prefix.length + 1, -':meta'.length)
    // With a colon it is the hash of a job or of a scheduler that is called "meta".
    if (!name.includes(':')) seen.add(name)
  })
  return async () => {
    await discovery.look()
    const names = seen.list()
    if (names.length > 0 || !discovery.isDenied) return names
    throw new RedisError(
      'NOPERM',
      'This Redis user may not look for queues (SCAN): name them, bullmqQueues({ queues })',
    )
  }
}

type Looks = Required<Pick<QueueSource, 'jobs' | 'search' | 'scan' | 'job' | 'logs' | 'flow' | 'schedulers'>>

function looks({ connection, scripts, prefix }: CleanPlace): Looks {
  return {
    async jobs(queue, query) {
      const base = baseOf(prefix, queue)
      const { total, ids } = await readIds(connection, base, query)
      const jobs = await readSummaries(connection, scripts, base, ids, query.state)
      const found = jobs.filter((job) => job !== null)
      return { total, jobs: found, missing: jobs.length - found.length }
    },
    search: (queue, query) => searchJobs(connection, scripts, baseOf(prefix, queue), query),
    async scan(queue, query) {
      const base = baseOf(prefix, queue)
      const { ids, cursor } = await scanIds(connection, base, query, parseCursor(query.cursor))
      const jobs = await readSummaries(connection, scripts, base, ids, query.state)
      return {
        jobs: jobs.filter((job) => job !== null).filter((job) => wasThere(job, query.asOf)),
        cursor: formatCursor(cursor),
      }
    },
    job: (queue, id) => readDetail(connection, baseOf(prefix, queue), id),
    logs: (queue, id, query) => readLogs(connection, baseOf(prefix, queue), id, query),
    flow: (queue, id) => readFlow(connection, prefix, { queue, id }),
    schedulers: (queue) => readSchedulers(connection, baseOf(prefix, queue)),
  }
}

type Changes = Required<
  Pick<
    QueueSource,
    | 'retry'
    | 'promote'
    | 'remove'
    | 'pause'
    | 'resume'
    | 'clean'
    | 'empty'
    | 'add'
    | 'duplicate'
    | 'runScheduler'
    | 'saveScheduler'
    | 'removeScheduler'
  >
>

function changes(place: CleanPlace): Changes {
  return {
    retry: (queue, ids) => retryJobs(place, queue, ids),
    promote: (queue, ids) => promoteJobs(place, queue, ids),
    remove: (queue, ids) => removeJobs(place, queue, ids),
    pause: (queue) => place.api.use(queue, (open) => open.pause()),
    resume: (queue) => place.api.use(queue, (open) => open.resume()),
    clean: (queue, query) => cleanJobs(place, queue, query),
    empty: (queue, limit) => emptyQueue(place, queue, limit),
    add: (queue, job) => addJob(place.api, queue, job),
    duplicate: (queue, id) => duplicateJob(place, queue, id),
    runScheduler: (queue, id) => runScheduler(place, queue, id),
    saveScheduler: (queue, definition) => saveScheduler(place.api, queue, definition),
    removeScheduler: (queue, id) => removeScheduler(place, queue, id),
  }
}
