import type { JobOutcome } from '../../protocol/index.js'
import { asText } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import { actInRuns, type FoundJob, findJobs, outcomeOf, whyNotRemoved } from '../bull-common/acting.js'
import { baseOf } from '../bull-common/keys.js'
import { addressOf, parentKeyOf } from '../bull-common/options.js'
import { jobField } from '../shared/redis.js'
import { type ActionPlace, reasonFor } from './actions.js'
import { settle } from './moves.js'
import { majorOf } from './owner.js'
import type { BullQueue } from './package/queue-api.js'

export function removeJobs(place: ActionPlace, queue: string, ids: readonly string[]): Promise<JobOutcome[]> {
  const base = baseOf(place.prefix, queue)
  return actInRuns(ids, async (some) => {
    const [jobs, parents] = await Promise.all([
      findJobs(place.connection, base, some, { lists: false }),
      readParents(place, base, some),
    ])
    const open = place.api.queueFor(queue)
    const remove = async (job: FoundJob) => removeJob(place, await open, job)
    const outcomes = await Promise.all(jobs.map((job) => outcomeOf(job.id, () => remove(job), reasonFor)))
    if (outcomes.some(({ ok }) => ok) && majorOf(await open) === 6) await settleParents(place, parents)
    return outcomes
  })
}

async function removeJob(
  { api, connection, prefix }: ActionPlace,
  queue: BullQueue,
  job: FoundJob,
): Promise<string | null> {
  const reason = await whyNotRemoved(connection, baseOf(prefix, queue.name), job)
  if (reason !== null) return reason
  const removed = await api.act(queue, (open) => open.remove(job.id))
  return removed === 1 ? null : 'is being worked on, or a job that it is made of is'
}

/** Queues of the jobs' parents. */
async function readParents(
  { connection, prefix }: ActionPlace,
  base: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const replies = await send(
    connection,
    ids.map((id) => ['hget', base + id, 'parentKey']),
  )
  const keys = replies.flatMap((reply) => asText(jobField(reply)) ?? [])
  const parents = keys.flatMap((key) => parentKeyOf(null, key, prefix) ?? []).map((key) => addressOf(prefix, key))
  return new Set(parents.flatMap(({ queue, isElsewhere }) => (isElsewhere ? [] : [queue])))
}

/** A parent without children becomes a waiting job: 6 then adds it to `wait`, also in a paused queue of 5's. */
async function settleParents(place: ActionPlace, queues: ReadonlySet<string>): Promise<void> {
  for (const name of queues) await settleParent(place, name).catch(() => {})
}

/** The children are already removed, whether or not this succeeds. @throws if the queue is another product's */
async function settleParent(place: ActionPlace, name: string): Promise<void> {
  const { layout } = await place.api.hand(name)
  if (layout === 5) await settle({ place, name, layout })
}
