import type { Policy, QueueName, RoleHolder } from '../../api/permissions.js'
import type { QueueView } from '../../api/queues.js'
import { MAX_NAME_CHARS } from '../../protocol/index.js'
import { redactName } from '../../redaction/name.js'
import type { KnownQueueViews } from '../queues/directory.js'
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

  /** The same for a record, which has a queue's name and not its place. @param name null: the record is about no queue */
  seesName(name: string | null): boolean {
    return name === null || this.sees({ key: '', name }) || (this.#byName(this.#queues.views).get(name) ?? false)
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

/** See `queueKeyOf`. Keys of other forms have no name. */
function nameIn(key: string): string {
  const encoded = /^[^:]*:[^:]*:(.*)$/s.exec(key)?.[1] ?? ''
  try {
    return decodeURIComponent(encoded)
  } catch {
    return ''
  }
}
