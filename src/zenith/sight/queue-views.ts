import type { QueueView } from '../../api/queues.js'
import type { KnownQueueViews } from '../queues/directory.js'
import { memo } from './memo.js'
import type { Sight } from './sight.js'

/** The queues that are in sight. Any other one is as unknown as one that does not exist. */
export function queueViewsIn(all: KnownQueueViews, sight: Sight): KnownQueueViews {
  const seen = memo((views: readonly QueueView[]) => views.filter((view) => sight.sees(view)))
  const view = (key: string) => {
    const found = all.view(key)
    return found && sight.sees(found) ? found : null
  }
  return {
    get views() {
      return seen(all.views)
    },
    view,
    namesOf: (key) => (view(key) ? all.namesOf(key) : new Set()),
    async freshView(key) {
      if (view(key) || !all.view(key)) await all.freshView(key)
      return view(key)
    },
    connect: async (key) => (view(key) ? all.connect(key) : null),
    connections: () => all.connections().filter((connection) => sight.sees(connection)),
    problemOf: (queue) => all.problemOf(queue),
    expire: (source) => all.expire(source),
    /** A source's number of queues counts those that are out of sight, too. */
    async sources() {
      return (await all.sources()).map(({ left: _, ...source }) => ({ ...source, queues: null }))
    },
  }
}
