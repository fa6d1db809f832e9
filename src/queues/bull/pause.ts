import { asNumber } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import { baseOf } from '../bull-common/keys.js'
import { notPossible } from '../shared/conditions.js'
import { orThrow } from '../shared/redis.js'
import type { ActionPlace } from './api.js'

/**
 * Pauses or resumes a queue for all its workers. Bull renames one list to the other and overwrites that one: if done twice, or if both have
 * jobs, it would lose them.
 */
export async function setPaused(place: ActionPlace, queue: string, paused: boolean): Promise<void> {
  const base = baseOf(place.prefix, queue)
  const replies = await send(place.connection, [
    ['exists', `${base}meta-paused`],
    ['llen', `${base}wait`],
    ['llen', `${base}paused`],
  ])
  const [isPaused = 0, wait = 0, aside = 0] = replies.map((reply) => asNumber(orThrow(reply)) ?? 0)
  if ((isPaused === 1) === paused) return
  if (wait > 0 && aside > 0)
    throw notPossible(
      `The queue ${queue} has jobs both in "wait" and in "paused", and Bull would lose some: let workers take those first`,
    )
  await place.api.use(queue, (open) => (paused ? open.pause() : open.resume()))
}
