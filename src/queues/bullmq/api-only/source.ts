import { inTime, TOO_LATE } from '../../../lib/async.js'
import type { QueueSource } from '../../../ports/index.js'
import { addableOf } from '../../bull-common/adding.js'
import { searchWithin } from '../../shared/search.js'
import { addByApi } from '../package/add-text.js'
import type { BullmqApiSource } from '../package/kinds.js'
import { API_KIND } from '../package/kinds.js'
import type { QueueUser } from '../package/queue-api.js'
import { saveScheduler } from '../package/scheduler-text.js'
import { cleanJobs, duplicateJob, emptyQueue, promoteJobs, removeJobs, retryJobs, runScheduler } from './changes.js'
import { checkExact } from './exact.js'
import { describeFailure } from './failures.js'
import { countOf, dataOf, detailOf, findJob, getJobs, idsFromOldest, summaryOf } from './jobs.js'
import { ApiReader } from './reading.js'
import { scanJobs } from './scan.js'
import { countOmitted, readSchedulers } from './schedulers.js'
import { restoreScheduler, snapshotScheduler, takeScheduler } from './snapshot.js'
import type { ApiQueue } from './types.js'

const TIMEOUT_MS = 10_000
/** Time-out of actions on single jobs one after the other, or on very many, ms. */
const LONG_TIMEOUT_MS = 120_000
/** Larger payloads are not searched, characters. */
const MAX_PAYLOAD_CHARS = 65_536

/**
 * BullMQ on PostgreSQL, or anything else than Redis: accessed only through the API of the queues passed in.
 *
 * @param place of all of them
 */
export function apiSource(queues: readonly ApiQueue[], place: string): BullmqApiSource {
  const byName = new Map(queues.map((queue) => [queue.name, queue]))
  let isClosed = false
  async function use<T>(queue: ApiQueue, action: Action<T>, ms = TIMEOUT_MS): Promise<T> {
    if (isClosed) throw new Error('This source of queues is closed')
    const result = await inTime(action(queue), ms).catch((error: unknown) => {
      throw describeFailure(error, place)
    })
    if (result === TOO_LATE) throw new Error(`BullMQ did not answer within ${ms} ms (${place})`)
    return result
  }
  async function on<T>(name: string, action: Action<T>, ms = TIMEOUT_MS): Promise<T> {
    const queue = byName.get(name)
    if (!queue) throw new Error(`The queue ${name} was not passed to bullmqQueues`)
    return use(queue, action, ms)
  }
  const api: QueueUser = { use: on }
  const reader = new ApiReader(API_KIND, queues, use)
  return {
    driver: API_KIND.driver,
    place,
    names: [...byName.keys()],
    capabilities: API_KIND.capabilities,
    pollEvery: null,
    read: () => reader.read(),
    async close() {
      isClosed = true
    },
    ...looks(on),
    retry: (queue, ids) => on(queue, (open) => retryJobs(open, ids), LONG_TIMEOUT_MS),
    promote: (queue, ids) => on(queue, (open) => promoteJobs(open, ids), LONG_TIMEOUT_MS),
    remove: (queue, ids) => on(queue, (open) => removeJobs(open, ids), LONG_TIMEOUT_MS),
    pause: (queue) => on(queue, (open) => open.pause()),
    resume: (queue) => on(queue, (open) => open.resume()),
    clean: (queue, { state, before, limit }) =>
      on(queue, (open) => cleanJobs(open, state, before, limit), LONG_TIMEOUT_MS),
    empty: (queue, limit) => on(queue, (open) => emptyQueue(open, limit), LONG_TIMEOUT_MS),
    add: (queue, job) => addByApi(api, queue, addableOf(job)),
    duplicate: (queue, id) => on(queue, (open) => duplicateJob(open, id)),
    runScheduler: (queue, id) => on(queue, (open) => runScheduler(open, id)),
    async saveScheduler(queue, definition) {
      const data = (await on(queue, (open) => open.getJobScheduler(definition.id)))?.template?.data
      // A payload to leave unchanged comes as the API returned it.
      if (definition.data === JSON.stringify(data)) checkExact(data)
      await saveScheduler(api, queue, definition)
    },
    removeScheduler: (queue, id, snapshot) =>
      on(queue, (open) => (snapshot ? takeScheduler(open, id, snapshot) : open.removeJobScheduler(id))),
    snapshotScheduler: (queue, id) => on(queue, (open) => snapshotScheduler(open, id)),
    restoreScheduler: (queue, snapshot) => on(queue, (open) => restoreScheduler(open, snapshot)),
  }
}

type Action<T> = (queue: ApiQueue) => Promise<T>
type Use = <T>(name: string, action: Action<T>) => Promise<T>

function looks(
  on: Use,
): Required<Pick<QueueSource, 'jobs' | 'search' | 'scan' | 'job' | 'logs' | 'schedulers' | 'omittedSchedulers'>> {
  return {
    jobs: (name, { state, offset, limit, order }) =>
      on(name, async (queue) => {
        const total = await countOf(queue, state)
        const start = order === 'oldest' ? offset : Math.max(0, total - offset - limit)
        const count = order === 'oldest' ? limit : Math.min(limit, Math.max(0, total - offset))
        const jobs = await getJobs(queue, await idsFromOldest(queue, state, total, start, count))
        const found = jobs.flatMap((job) => (job ? [summaryOf(job, state)] : []))
        return { total, jobs: order === 'oldest' ? found : found.reverse(), missing: jobs.length - found.length }
      }),
    search: (name, query) =>
      on(name, async (queue) => {
        const total = await countOf(queue, query.state)
        return searchWithin(query, total, async (offset, limit) => {
          const start = Math.max(0, total - offset - limit)
          const ids = await idsFromOldest(queue, query.state, total, start, Math.min(limit, total - offset))
          const jobs = (await getJobs(queue, ids)).reverse().filter((job) => job !== null)
          return jobs.map((job) => {
            const payload = dataOf(job)
            return {
              summary: summaryOf(job, query.state),
              payload: payload.length > MAX_PAYLOAD_CHARS ? null : payload,
            }
          })
        })
      }),
    scan: (name, query) => on(name, (queue) => scanJobs(queue, query)),
    job: (name, id) =>
      on(name, async (queue) => {
        const found = await findJob(queue, id)
        return found && detailOf(found.job, found.state)
      }),
    logs: (name, id, { offset, limit }) =>
      on(name, async (queue) => {
        if (!(await findJob(queue, id))) return { total: 0, lines: [] }
        const { logs, count } = await queue.getJobLogs(id, offset, offset + limit - 1, true)
        return { total: count, lines: logs }
      }),
    schedulers: (name) => on(name, readSchedulers),
    omittedSchedulers: (name) => on(name, countOmitted),
  }
}
