import type { QueueSource } from '../../ports/index.js'
import type { JobState, QueueCapability } from '../../protocol/index.js'
import type { RedisSource } from '../../redis/client.js'
import type { Changes } from '../bull-common/acting.js'
import { baseOf } from '../bull-common/keys.js'
import { countOmittedRepeats } from '../bull-common/lists.js'
import { looksAtLists } from '../bull-common/looks.js'
import { QueueReader } from '../bull-common/reading.js'
import { ScriptRunner } from '../bull-common/script.js'
import { notPossible } from '../shared/conditions.js'
import type { QueueKind } from '../shared/readings.js'
import { tellingRefusals } from '../shared/refusals.js'
import { addJob, duplicateJob, promoteJobs, removeJobs, retryJobs } from './actions.js'
import { type ActionPlace, QueueApi } from './api.js'
import { cleanJobs, emptyQueue } from './clean.js'
import { COUNTING } from './counts.js'
import { discoveredNames } from './discovery.js'
import { jobsReader, readJob } from './jobs.js'
import { areBullmqs, BULLMQS } from './owner.js'
import { type BullPackage, type BullQueue, bullPackage } from './package.js'
import { setPaused } from './pause.js'
import { placeOfQueues } from './place.js'
import { readScheduler, readSchedulers, removeScheduler, runScheduler } from './schedulers.js'

const STATES: readonly JobState[] = ['waiting', 'active', 'delayed', 'completed', 'failed']
const CAPABILITIES: readonly QueueCapability[] = [
  'list',
  'get',
  'search',
  'logs',
  'retry',
  'promote',
  'remove',
  'pause',
  'clean',
  'empty',
  'add',
  'duplicate',
  'workers',
  'schedulers',
  'runScheduler',
  'removeScheduler',
]
const KIND: QueueKind = { driver: 'bull', states: STATES, capabilities: CAPABILITIES }

export interface BullSourceOptions {
  readonly redis: RedisSource | undefined
  readonly prefix: string
  /** Null: all queues found. */
  readonly names: readonly string[] | null
  readonly queues: readonly BullQueue[]
  readonly bull: BullPackage | null
}

/** Bull on Redis: read through its keys, changed through its API. */
export function bullSource({ redis, prefix: wanted, names, queues, bull }: BullSourceOptions): QueueSource {
  const where = placeOfQueues(redis, wanted, queues)
  const { prefix } = where
  const { connection } = where.redis
  const scripts = new ScriptRunner(connection)
  const given = new Map(queues.map((queue) => [queue.name, queue]))
  const api = new QueueApi(given, connection, prefix, () => bullPackage(bull, queues))
  const reader = new QueueReader({
    connection,
    scripts,
    prefix,
    kind: KIND,
    ...(names ? { names: async () => names, left: () => 0 } : discoveredNames(connection, prefix)),
    counting: COUNTING,
    about(name, { isBullmqs }) {
      if (!isBullmqs) return {}
      // It was discovered rather than named by an option: another source reads it.
      return names && { error: `"${name}" ${BULLMQS}` }
    },
  })
  const place: ActionPlace = { connection, scripts, api, prefix }
  return tellingRefusals<QueueSource>({
    driver: KIND.driver,
    place: where.place,
    names,
    capabilities: CAPABILITIES,
    pollEvery: null,
    read: () => reader.read(),
    async close() {
      connection.close()
    },
    ...looks(place),
    ...changes(place),
  })
}

function looks(
  place: ActionPlace,
): Pick<QueueSource, 'jobs' | 'search' | 'scan' | 'job' | 'logs' | 'schedulers' | 'scheduler' | 'omittedSchedulers'> {
  const { connection, prefix } = place
  return {
    ...looksAtLists(place, jobsReader(place)),
    job: (queue, id) => readJob(place, queue, id),
    schedulers: (queue) => readSchedulers(connection, baseOf(prefix, queue)),
    scheduler: (queue, id) => readScheduler(connection, baseOf(prefix, queue), id),
    omittedSchedulers: (queue) => countOmittedRepeats(connection, baseOf(prefix, queue)),
  }
}

function changes(place: ActionPlace): Changes {
  /** Bull's scripts would break a queue of BullMQ. */
  async function own<T>(queue: string, act: () => Promise<T>): Promise<T> {
    const [isBullmqs] = await areBullmqs(place.connection, [baseOf(place.prefix, queue)])
    if (isBullmqs) throw notPossible(`"${queue}" ${BULLMQS}`)
    return act()
  }
  return {
    retry: (queue, ids) => own(queue, () => retryJobs(place, queue, ids)),
    promote: (queue, ids) => own(queue, () => promoteJobs(place, queue, ids)),
    remove: (queue, ids) => own(queue, () => removeJobs(place, queue, ids)),
    pause: (queue) => own(queue, () => setPaused(place, queue, true)),
    resume: (queue) => own(queue, () => setPaused(place, queue, false)),
    clean: (queue, query) => own(queue, () => cleanJobs(place, queue, query)),
    empty: (queue, limit, onStop) => own(queue, () => emptyQueue(place, queue, limit, onStop)),
    add: (queue, job) => own(queue, () => addJob(place, queue, job)),
    duplicate: (queue, id) => own(queue, () => duplicateJob(place, queue, id)),
    runScheduler: (queue, id) => own(queue, () => runScheduler(place, queue, id)),
    removeScheduler: (queue, id) => own(queue, () => removeScheduler(place, queue, id)),
  }
}
