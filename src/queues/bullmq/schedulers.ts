import type { JobAddress } from '../../protocol/index.js'
import { asNumber } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import { copyOf } from '../bull-common/adding.js'
import { baseOf } from '../bull-common/keys.js'
import { decodeOptions } from '../bull-common/options.js'
import { isGone, notPossible } from '../shared/conditions.js'
import { askFields, fieldsAsked } from '../shared/hash-fields.js'
import { orThrow } from '../shared/redis.js'
import { type ActionPlace, add } from './actions.js'
import { canRepeat, scheduling } from './package/queue-api.js'
import { DEFINITION_FIELDS, jobPrefixOf, kindOf, legacyPartsOf } from './scheduler-kinds.js'
import { readStored } from './stored-scheduler.js'

export async function runScheduler(place: ActionPlace, queue: string, id: string): Promise<JobAddress> {
  const stored = await readStored(place, queue, id)
  if (!stored) throw isGone(`The queue ${queue} has no scheduler "${id}" any more`)
  const { hash, job } = stored
  if (kindOf(id, hash) !== 'whole')
    throw notPossible(`The scheduler "${id}" has no template to run a job by: it is ${kindOf(id, hash)}`)
  // A scheduler that was once a repeatable job has its options only in its next job.
  const options = decodeOptions(hash.get('opts') ?? job.get('opts') ?? null)
  return add(place, queue, copyOf(hash.get('name') ?? id, hash.get('data') ?? null, options))
}

export async function removeScheduler(place: ActionPlace, queue: string, id: string): Promise<boolean> {
  const key = `${baseOf(place.prefix, queue)}repeat`
  const [score, fields] = await send(place.connection, [
    ['zscore', key, id],
    askFields(`${key}:${id}`, DEFINITION_FIELDS),
  ])
  const next = asNumber(orThrow(score))
  if (next === null) return false
  const isLegacy = kindOf(id, fieldsAsked(orThrow(fields), DEFINITION_FIELDS)) === 'legacy'
  return place.api.use(queue, async (open) => {
    const isRemoved =
      isLegacy && canRepeat(open) ? await open.removeRepeatableByKey(id) : await scheduling(open).removeJobScheduler(id)
    // Before version 4 the next job has an id of another form, which the API does not remove.
    if (isLegacy && legacyPartsOf(id)) await open.remove(jobPrefixOf(id, 'legacy') + next)
    return isRemoved
  })
}
