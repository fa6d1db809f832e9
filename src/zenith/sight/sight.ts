import type { Policy, QueueName, RoleHolder } from '../../api/permissions.js'
import type { QueueView } from '../../api/queues.js'
import { type ExceptionRecord, MAX_NAME_CHARS, OTHER, type SlowEntry } from '../../protocol/index.js'
import { redactName } from '../../redaction/name.js'
import type { KnownQueueViews } from '../queues/directory.js'
import { nameIn } from '../queues/monitor/identity.js'
import { memo } from './memo.js'

/** Which queues a principal sees that does not see all of them. */
export class Sight {
  readonly #test: (queue: QueueName) => boolean
  readonly #queues: Pick<KnownQueueViews, 'views' | 'view'>
  /** By the name that records have of a queue: whether all known queues of that name are seen. */
  readonly #byName = memo((views: readonly QueueView[]) => {
    const names = new Map<string, boolean>()
    for (const view of views)
      for (const name of [view.name, recordedName(view.name)])
        names.set(name, (names.get(name) ?? true) && this.sees(view))
    return names
  })

  constructor(test: (queue: QueueName) => boolean, queues: Pick<KnownQueueViews, 'views' | 'view'>) {
    this.#test = test
    this.#queues = queues
  }

  sees(queue: QueueName): boolean {
    return this.#test(queue)
  }

  /** The same for a queue of which only the key is there; it may not be known any more. */
  seesKey(key: string): boolean {
    return this.sees(this.#queues.view(key) ?? { key, name: nameIn(key) })
  }

  /** The same for a record, which has a queue's name and not its place. */
  seesName(name: string): boolean {
    return this.sees({ key: '', name }) || (this.#byName(this.#queues.views).get(name) ?? false)
  }

  /** Whether it sees jobs of a name. @param queue null: unknown, so that it may be any queue */
  seesJobs({ queue, key }: { readonly queue: string | null; readonly key: string }): boolean {
    return queue === null ? key === OTHER : this.seesName(queue)
  }

  /** Whether it sees a slow entry or an exception: of a request, or of a job in a queue that it sees. */
  seesRecord(record: SlowEntry | ExceptionRecord): boolean {
    const queue = 'meta' in record ? record.meta.queue : record.queue
    return queue === null ? record.kind !== 'job' : this.seesName(queue)
  }
}

/** Null for a principal that sees all queues. */
export function sightOf(policy: Policy, holder: RoleHolder, queues: KnownQueueViews): Sight | null {
  const test = policy.queuesOf(holder)
  return test && new Sight(test, queues)
}

function recordedName(name: string): string {
  return redactName(name).slice(0, MAX_NAME_CHARS)
}
