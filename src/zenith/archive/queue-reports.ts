import { QueueBucket } from '../../archiver/figures/queue-bucket.js'
import { nextTurn } from '../../lib/async.js'
import type { Archive } from '../../ports/index.js'
import { namesOf } from '../queues/monitor/identity.js'
import { type ArchivedSpan, spanOf } from './archived-span.js'

/** Whether a service reported something does not need fine steps. */
const MAX_STEPS = 30

/** What a service reported of queues of one name. */
export interface QueueReports {
  readonly isReported: boolean
  /** Whether it reported another queue of the name. */
  readonly isOtherReported: boolean
}

/** @param names by which the queue is found in what services reported */
export async function reportsOf(
  archive: Pick<Archive, 'figures'>,
  service: string,
  { name, names }: { readonly name: string; readonly names: ReadonlySet<string> },
  { period, from, to, now }: ArchivedSpan,
): Promise<QueueReports> {
  const time = spanOf({ period, window: { from, to } }, now, MAX_STEPS)
  let [isReported, isOtherReported] = [false, false]
  for (const { body } of await archive.figures({
    kind: 'queues',
    scope: service,
    from: time.from,
    to: time.to,
    step: time.step,
  })) {
    await nextTurn()
    for (const queue of QueueBucket.queuesOf(body)) {
      if (queue.name !== name) continue
      const { byServer, byPlace } = namesOf(queue)
      if ((byServer !== null && names.has(byServer)) || names.has(byPlace)) isReported = true
      else isOtherReported = true
    }
  }
  return { isReported, isOtherReported }
}
