import type { QueueReading, QueueSource } from '../../ports.js'
import { MAX_NAME_CHARS } from '../../protocol/index.js'
import { Discovery } from '../../redis/discovery.js'
import { RedisError } from '../../redis/errors.js'
import { escapeGlob } from '../../redis/glob.js'
import type { Changes } from '../bull-layout/acting.js'
import { readDetail } from '../bull-layout/detail.js'
import { baseOf } from '../bull-layout/keys.js'
import { looksAtLists } from '../bull-layout/looks.js'
import { QueueReader } from '../bull-layout/reading.js'
import { ScriptRunner } from '../bull-layout/script.js'
import { jobsReader } from '../bull-layout/summaries.js'
import { SeenNames } from '../shared/seen-names.js'
import { type ActionPlace, addJob, duplicateJob, promoteJobs, removeJobs, retryJobs } from './actions.js'
import { QueueApi, queueClassOf } from './api.js'
import { cleanJobs, emptyQueue } from './clean.js'
import { type BullmqCounts, COUNTING } from './counts.js'
import { readFlow } from './flow.js'
import { type BullmqRedisSource, REDIS_KIND } from './kinds.js'
import type { QueuePlace } from './places.js'
import type { BullModule, BullQueue } from './queue-api.js'
import { readSchedulers, removeScheduler, runScheduler, saveScheduler } from './schedulers.js'

/** How often queues are looked for, in ms. */
const DISCOVER_EVERY_MS = 60_000

export interface RedisSourceOptions {
  readonly where: QueuePlace
  /** Null: all that are found. */
  readonly names: readonly string[] | null
  readonly queues: readonly BullQueue[]
  readonly bullmq: BullModule | undefined
}

/** BullMQ on Redis: read by its keys, changed by its API. */
export function redisSource(options: RedisSourceOptions): BullmqRedisSource {
  const { where } = options
  const { connection } = where.redis
  const scripts = new ScriptRunner(connection)
  const given = new Map(options.queues.map((queue) => [queue.name, queue]))
  const api = new QueueApi(given, connection, where.prefix, queueClassOf(options.bullmq, options.queues))
  const place: ActionPlace = { connection, api, scripts, prefix: where.prefix }
  const reader = new QueueReader({
    connection,
    scripts,
    prefix: where.prefix,
    kind: REDIS_KIND,
    names: namesOf(options.names, where),
    counting: COUNTING,
    about: (_, counts) => ({ meta: metaOf(counts) }),
  })
  return {
    driver: REDIS_KIND.driver,
    place: where.place,
    names: options.names,
    capabilities: REDIS_KIND.capabilities,
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

function metaOf({ version, concurrency }: BullmqCounts): QueueReading['meta'] {
  if (version === null && concurrency === null) return null
  return {
    ...(version !== null && { version: version.slice(0, MAX_NAME_CHARS) }),
    ...(concurrency !== null && { concurrency }),
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

function looks(
  place: ActionPlace,
): Required<Pick<QueueSource, 'jobs' | 'search' | 'scan' | 'job' | 'logs' | 'flow' | 'schedulers'>> {
  const { connection, prefix } = place
  return {
    ...looksAtLists(place, jobsReader(place)),
    job: (queue, id) => readDetail(connection, baseOf(prefix, queue), id),
    flow: (queue, id) => readFlow(connection, prefix, { queue, id }),
    schedulers: (queue) => readSchedulers(connection, baseOf(prefix, queue)),
  }
}

function changes(place: ActionPlace): Changes & Required<Pick<QueueSource, 'saveScheduler'>> {
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
