import type { QueueSource } from '../../ports/index.js'
import type { JobAddress, JobDetail, JobFlow, JobListing, JobSummary } from '../../protocol/index.js'
import { type ConnectedQueue, queueDirectory, type State } from '../queues/directory.js'
import { type Queues, queuesFrom } from '../queues/queues.js'
import { auditedIn } from './audit.js'
import { memo } from './memo.js'
import type { Sight } from './sight.js'

/** Queues in sight, whose jobs tell of no job in another queue. @param monitor the fleet in sight */
export function queuesIn(all: Queues, monitor: State, sight: Sight): Queues {
  const originals = new WeakMap<QueueSource, QueueSource>()
  const shownSource = memo((source: QueueSource) => {
    const shown = sourceIn(source, sight)
    originals.set(shown, source)
    return shown
  })
  const shown = (queue: ConnectedQueue) => ({ ...queue, source: shownSource(queue.source) })
  const { act, outbox, store } = all
  const changes = { act, outbox, store: store && auditedIn(store, sight) }
  return {
    ...queuesFrom(monitor, queueDirectory(monitor, shown), changes),
    touch: ({ source }) => all.touch({ source: originals.get(source) ?? source }),
  }
}

function sourceIn(source: QueueSource, sight: Sight): QueueSource {
  const { jobs, job, search, flow } = source
  return {
    ...source,
    ...(jobs && { jobs: async (queue, query) => listed(await jobs.call(source, queue, query), sight) }),
    ...(search && { search: async (queue, query) => listed(await search.call(source, queue, query), sight) }),
    ...(job && {
      async job(queue, id) {
        const found = await job.call(source, queue, id)
        return found && detailed(found, sight)
      },
    }),
    ...(flow && {
      async flow(queue, id) {
        const root = await flow.call(source, queue, id)
        return root && flowAround(root, { queue, id }, sight)
      },
    }),
  }
}

function listed<L extends Pick<JobListing, 'jobs'>>(listing: L, sight: Sight): L {
  return { ...listing, jobs: listing.jobs.map((job) => summarized(job, sight)) }
}

function summarized<J extends Pick<JobSummary, 'parent'>>(job: J, sight: Sight): J {
  return job.parent && !isSeen(job.parent, sight) ? { ...job, parent: null } : job
}

/** BullMQ has the parent among the options, too. */
function detailed(job: JobDetail, sight: Sight): JobDetail {
  if (job.parent && isSeen(job.parent, sight)) return job
  const { parent: _, ...options } = job.options ?? {}
  return { ...summarized(job, sight), options: job.options && options }
}

/** A job elsewhere has another form of its queue's name, and is never in sight. */
function isSeen({ queue, isElsewhere }: JobAddress, sight: Sight): boolean {
  return !isElsewhere && sight.seesName(queue)
}

/** The part of a tree that is in sight around a job: up to the last ancestor without one out of sight between. */
function flowAround(root: JobFlow, job: { readonly queue: string; readonly id: string }, sight: Sight): JobFlow | null {
  let top: JobFlow | null = null
  for (const one of pathTo(root, job)) {
    if (!isSeen(one, sight)) top = null
    else top ??= one
  }
  return top && pruned(top, sight)
}

/** The jobs from a root to a job; empty if it is not below. */
function pathTo(root: JobFlow, job: { readonly queue: string; readonly id: string }): readonly JobFlow[] {
  if (root.id === job.id && root.queue === job.queue) return [root]
  for (const child of root.children) {
    const path = pathTo(child, job)
    if (path.length > 0) return [root, ...path]
  }
  return []
}

function pruned(flow: JobFlow, sight: Sight): JobFlow {
  const children = flow.children.filter((child) => isSeen(child, sight)).map((child) => pruned(child, sight))
  return { ...flow, children }
}
