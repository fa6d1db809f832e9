import type { NewJob } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import { isGone, notPossible } from '../shared/conditions.js'
import { orThrow } from '../shared/redis.js'
import { baseOf } from './keys.js'
import { decodeOptions, type JobNow, type JobOptions, optionsForCopy, optionsNow } from './options.js'
import { locate } from './state.js'

/** A job to add. */
export interface Addable {
  readonly name: string
  /** JSON, stored byte for byte: parsing and writing it again could change numbers and the order of fields. */
  readonly data: string
  readonly options: JobOptions
}

export function addableOf({ name, data, delay, priority, attempts }: NewJob): Addable {
  const options = Object.entries({ delay, priority, attempts }).filter(([, value]) => value !== null)
  return { name, data: checkedJson(data), options: Object.fromEntries(options) }
}

/** A job like a stored one. @param data its stored text; `options`: as stored */
export function copyOf(name: string, data: string | null, options: JobOptions | null): Addable {
  return { name, data: checkedJson(data ?? '{}'), options: optionsForCopy(options ?? {}) }
}

/** Like {@link copyOf}, for a job of a queue. @throws if there is no such job */
export async function readCopy(connection: Connection, prefix: string, queue: string, id: string): Promise<Addable> {
  const base = baseOf(prefix, queue)
  const [found] = await locate(connection, base, [id], { lists: false })
  if (!found?.exists) throw isGone(`The queue ${queue} has no job ${id} any more`)
  const [reply, bytes] = await send(connection, [
    ['hmget', base + id, 'name', 'data', 'opts', ...NOW_FIELDS],
    ['hstrlen', base + id, 'data'],
  ])
  const [name = null, data = null, options = null, ...now] = asList(orThrow(reply)).map(asText)
  if (name === null) throw isGone(`The queue ${queue} has no job ${id} any more`)
  if (Buffer.byteLength(data ?? '') !== orThrow(bytes))
    throw notPossible('Its payload holds bytes that are no UTF-8: a copy would be another one')
  return copyOf(name, data, optionsNow(decodeOptions(options) ?? {}, nowOf(now)))
}

const NOW_FIELDS = ['priority', 'delay', 'processedOn'] as const

function nowOf([priority, delay, processedOn]: readonly (string | null)[]): JobNow {
  return { priority: asNumber(priority), delay: asNumber(delay), hasStarted: asNumber(processedOn) !== null }
}

function checkedJson(text: string): string {
  parseJson(text)
  return text
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw notPossible("The job's data is no JSON")
  }
}
