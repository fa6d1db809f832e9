import { asList, asNumber } from '../../redis/replies.js'
import { ask, send } from '../../redis/send.js'
import { baseOf } from '../bull-common/keys.js'
import { notPossible } from '../shared/conditions.js'
import { orThrow } from '../shared/redis.js'
import type { ActionPlace } from './actions.js'
import { settle } from './moves.js'
import type { QueueUser } from './package/queue-api.js'

/** Most of a queue's schedulers to search for one with a template. */
const MAX_LOOKED = 50

/** Queues for saving schedulers: their first run may be added immediately, so their owner must be known. */
export function schedulingApi(place: ActionPlace): QueueUser {
  return {
    async use(name, action) {
      const { layout, queue, isOlder } = await place.api.hand(name)
      if (isOlder && !(await hasTemplates(place, name)))
        throw notPossible(
          `this queue does not say its version of BullMQ, and before 5.16 there were no job schedulers: pass its Queue to save one`,
        )
      const result = await place.api.use(name, action)
      if (queue === null && layout !== null) await settle({ place, name, layout })
      return result
    },
  }
}

async function hasTemplates({ connection, prefix }: ActionPlace, name: string): Promise<boolean> {
  const key = `${baseOf(prefix, name)}repeat`
  const ids = asList(await ask(connection, ['zrange', key, 0, MAX_LOOKED - 1])).map(String)
  const replies = await send(
    connection,
    ids.flatMap((id) => ['ic', 'data', 'opts'].map((field) => ['hexists', `${key}:${id}`, field] as const)),
  )
  return replies.some((reply) => asNumber(orThrow(reply)) === 1)
}
