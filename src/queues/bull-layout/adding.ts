import type { NewJob } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asText } from '../../redis/replies.js'
import { ask } from '../../redis/send.js'
import { baseOf } from './keys.js'
import { decodeOptions, type JobOptions, optionsForCopy } from './options.js'

/** A job as the API of Bull or of BullMQ takes it. */
export interface Addable {
  readonly name: string
  readonly data: unknown
  readonly options: JobOptions
}

export function addableOf({ name, data, delay, priority, attempts }: NewJob): Addable {
  const options = Object.entries({ delay, priority, attempts }).filter(([, value]) => value !== null)
  return { name, data: parseJson(data), options: Object.fromEntries(options) }
}

/** A job like a stored one. @param data of it, and `options`: as they are stored */
export function copyOf(name: string, data: string | null, options: JobOptions | null): Addable {
  return { name, data: parseJson(data ?? '{}'), options: optionsForCopy(options ?? {}) }
}

/** The same of a job that a queue has. @throws when it has none */
export async function readCopy(connection: Connection, prefix: string, queue: string, id: string): Promise<Addable> {
  const reply = await ask(connection, ['hmget', baseOf(prefix, queue) + id, 'name', 'data', 'opts'])
  const [name = null, data = null, options = null] = asList(reply).map(asText)
  if (name === null) throw new Error(`The queue ${queue} has no job ${id} any more`)
  return copyOf(name, data, decodeOptions(options))
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error("The job's data is no JSON")
  }
}
