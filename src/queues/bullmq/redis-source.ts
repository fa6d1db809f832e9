import { escapeGlob } from '../../lib/glob.js'
import type { QueueReading, QueueSource } from '../../ports/index.js'
import { MAX_NAME_CHARS } from '../../protocol/index.js'
import { Discovery } from '../../redis/discovery.js'
import { RedisError } from '../../redis/errors.js'
import { ask } from '../../redis/send.js'
import type { Changes } from '../bull-common/acting.js'
import { baseOf } from '../bull-common/keys.js'
import { countOmittedRepeats } from '../bull-common/lists.js'
import { looksAtLists } from '../bull-common/looks.js'
import { QueueReader, type ReaderOptions } from '../bull-common/reading.js'
import { ScriptRunner } from '../bull-common/script.js'
import { jobsReader } from '../bull-common/summary.js'
import { tellingRefusals } from '../shared/refusals.js'
import { SeenNames } from '../shared/seen-names.js'
import { type ActionPlace, addJob, duplicateJob, pauseQueue, promoteJobs, retryJobs } from './actions.js'
import { QueueApi } from './api.js'
import { cleanJobs, emptyQueue } from './clean.js'
import { type BullmqCounts, COUNTING } from './counts.js'
import { readFlow } from './flow.js'
import { readJob } from './jobs.js'
import { type BullmqRedisSource, REDIS_KIND } from './package/kinds.js'
import { packagesOf } from './package/packages.js'
import type { BullModule, BullQueue } from './package/queue-api.js'
import { saveScheduler } from './package/scheduler-text.js'
import type { QueuePlace } from './places.js'
import { removeJobs } from './removing.js'
import { readScheduler, readSchedulers } from './scheduler-reading.js'
import { restoreScheduler } from './scheduler-restore.js'
import { snapshotScheduler, takeScheduler } from './scheduler-snapshot.js'
import { removeScheduler, runScheduler } from './schedulers.js'
import { schedulingApi } from './scheduling.js'

/** Interval of the search for queues, ms. */
const DISCOVER_EVERY_MS = 60_000

export interface RedisSourceOptions {
  readonly where: QueuePlace
  /** Null: all queues found. */
  readonly names: readonly string[] | null
  readonly queues: readonly BullQueue[]
  readonly bullmq: BullModule | readonly BullModule[] | undefined
}

/** BullMQ on Redis: read through its keys, changed through its API. */
export function redisSource(options: RedisSourceOptions): BullmqRedisSource {
  const { where } = options
  const { connection } = where.redis
  const scripts = new ScriptRunner(connection)
  const given = new Map(options.queues.map((queue) => [queue.name, queue]))
  const packages = packagesOf(options.bullmq, options.queues)
  const api = new QueueApi({ given, connection, prefix: where.prefix, packages })
  const place: ActionPlace = { connection, api, scripts, prefix: where.prefix }
  const watched = watchedNames(options.names, where)
  const reader = new QueueReader({
    connection,
    scripts,
    prefix: where.prefix,
    kind: REDIS_KIND,
    names: watched.names,
    left: watched.left,
    counting: COUNTING,
    about: (_, counts) => ({ meta: metaOf(counts) }),
  })
  return tellingRefusals<BullmqRedisSource>({
    driver: REDIS_KIND.driver,
    place: where.place,
    names: options.names,
    capabilities: REDIS_KIND.capabilities,
    pollEvery: null,
    read: () => reader.read(),
    lookFor: watched.lookFor,
    async close() {
      api.close()
      connection.close()
    },
    ...looks(place),
    ...changes(place),
  })
}

function metaOf({ version, concurrency }: BullmqCounts): QueueReading['meta'] {
  if (version === null && concurrency === null) return null
  return {
    ...(version !== null && { version: version.slice(0, MAX_NAME_CHARS) }),
    ...(concurrency !== null && { concurrency }),
  }
}

function watchedNames(
  names: readonly string[] | null,
  { redis, prefix }: QueuePlace,
): Pick<ReaderOptions<BullmqCounts>, 'names' | 'left'> & Pick<BullmqRedisSource, 'lookFor'> {
  if (names) return { names: async () => names, left: () => 0, lookFor: async () => false }
  const seen = new SeenNames()
  const pattern = { match: `${escapeGlob(prefix)}:*:meta`, type: 'hash' } as const
  const discovery = new Discovery(redis.connection, [pattern], DISCOVER_EVERY_MS, (key) => {
    const name = key.slice(prefix.length + 1, -':meta'.length)
    // With a colon it is the hash of a job or of a scheduler called "meta".
    if (!name.includes(':')) seen.add(name)
  })
  return {
    left: () => seen.left,
    async lookFor(name) {
      if (name.includes(':')) return false
      if (!seen.has(name) && (await ask(redis.connection, ['exists', `${baseOf(prefix, name)}meta`])) === 1)
        seen.add(name)
      return seen.has(name)
    },
    async names() {
      await discovery.scan()
      const names = seen.list()
      if (names.length > 0 || !discovery.isDenied) return names
      throw new RedisError(
        'NOPERM',
        'This Redis user may not look for queues (SCAN): name them, bullmqQueues({ queues })',
      )
    },
  }
}

type SchedulerLooks = 'schedulers' | 'scheduler' | 'omittedSchedulers'

function looks(
  place: ActionPlace,
): Required<Pick<QueueSource, 'jobs' | 'search' | 'scan' | 'job' | 'logs' | 'flow' | SchedulerLooks>> {
  const { connection, prefix } = place
  return {
    ...looksAtLists(place, jobsReader(place)),
    job: (queue, id) => readJob(place, queue, id),
    flow: (queue, id) => readFlow(connection, prefix, { queue, id }),
    schedulers: (queue) => readSchedulers(connection, baseOf(prefix, queue)),
    scheduler: (queue, id) => readScheduler(connection, baseOf(prefix, queue), id),
    omittedSchedulers: (queue) => countOmittedRepeats(connection, baseOf(prefix, queue)),
  }
}

type SchedulerChanges = Required<Pick<QueueSource, 'saveScheduler' | 'snapshotScheduler' | 'restoreScheduler'>>

function changes(place: ActionPlace): Changes & SchedulerChanges {
  return {
    retry: (queue, ids) => retryJobs(place, queue, ids),
    promote: (queue, ids) => promoteJobs(place, queue, ids),
    remove: (queue, ids) => removeJobs(place, queue, ids),
    pause: (queue) => pauseQueue(place, queue, true),
    resume: (queue) => pauseQueue(place, queue, false),
    clean: (queue, query) => cleanJobs(place, queue, query),
    empty: (queue, limit, onStop) => emptyQueue(place, queue, limit, onStop),
    add: (queue, job) => addJob(place, queue, job),
    duplicate: (queue, id) => duplicateJob(place, queue, id),
    runScheduler: (queue, id) => runScheduler(place, queue, id),
    saveScheduler: (queue, definition) => saveScheduler(schedulingApi(place), queue, definition),
    removeScheduler: (queue, id, snapshot) =>
      snapshot ? takeScheduler(place, queue, id, snapshot) : removeScheduler(place, queue, id),
    snapshotScheduler: (queue, id) => snapshotScheduler(place, queue, id),
    restoreScheduler: (queue, snapshot) => restoreScheduler(place, queue, snapshot),
  }
}
