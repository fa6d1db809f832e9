import type { JobDetail } from '../../protocol/index.js'
import type { LayoutPlace } from '../bull-common/acting.js'
import { readDetail } from '../bull-common/detail.js'
import { baseOf } from '../bull-common/keys.js'
import { elsewhere } from '../bull-common/options.js'
import { isParentOf, whereabouts } from './kinship.js'

/** A stored job, and whether the job with its parent's key really is its parent. Null if the job is gone. */
export async function readJob(place: LayoutPlace, queue: string, id: string): Promise<JobDetail | null> {
  const job = await readDetail(place, queue, id)
  const { connection, prefix } = place
  const parent = job?.parent
  if (!job || !parent || parent.isElsewhere) return job
  const key = { base: baseOf(prefix, parent.queue), id: parent.id }
  const isOther =
    (await whereabouts(connection, key))?.exists &&
    !(await isParentOf(connection, key, { base: baseOf(prefix, queue), id }))
  return isOther ? { ...job, parent: elsewhere(key) } : job
}
