import type { JobAddress } from '../../../protocol/index.js'
import { type Addable, parseJson } from '../../bull-common/adding.js'
import type { JobOptions } from '../../bull-common/options.js'
import { notPossible } from '../../shared/conditions.js'
import { type BullJob, type BullQueue, canMakeJobs, type JobMakingQueue, type QueueUser } from './queue-api.js'

/**
 * Adds a job whose payload is stored as this exact text. BullMQ's `add` takes a value and writes it with `JSON.stringify`; here a subclass
 * of its job class sets what is written. Seen in 5.0 to 6.7.
 *
 * @param data JSON @throws if it is invalid
 */
export async function addText(queue: BullQueue, name: string, data: string, options: JobOptions): Promise<BullJob> {
  if (!canMakeJobs(queue)) throw notPossible('This version of BullMQ makes no jobs of texts: it must be 5 or 6')
  const { jobId } = options
  const added = await textJobOf(queue, data).create(queue, name, parseJson(data), {
    ...queue.jobsOpts,
    ...options,
    jobId,
  })
  queue.emit('waiting', added)
  return added
}

/** A subclass of a queue's job class, whose payload is stored as this text. */
export function textJobOf({ Job }: Pick<JobMakingQueue, 'Job'>, data: string): JobMakingQueue['Job'] {
  return class TextJob extends Job {
    override asJSON() {
      return { ...super.asJSON(), data }
    }
  }
}

/** Adds a job with BullMQ's API alone. */
export async function addByApi(api: QueueUser, queue: string, { name, data, options }: Addable): Promise<JobAddress> {
  return addressOf(queue, await api.use(queue, (open) => addText(open, name, data, options)))
}

export function addressOf(queue: string, { id }: Pick<BullJob, 'id'>): JobAddress {
  if (id === undefined) throw new Error(`BullMQ added a job to ${queue} and did not say its id`)
  return { queue, id }
}
