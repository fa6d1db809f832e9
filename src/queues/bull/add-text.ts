import { randomUUID } from 'node:crypto'
import { parseJson } from '../bull-common/adding.js'
import type { JobOptions } from '../bull-common/options.js'
import { notPossible } from '../shared/conditions.js'
import type { BullJob, BullQueue } from './package.js'

/**
 * Adds a job whose payload is stored as this exact text. Bull's `add` takes a value and writes it with `JSON.stringify`. Here the value
 * serializes to a marker, which the client given to the queue replaces with the text. Seen in 4.0 to 4.16.
 *
 * @param data JSON @throws if it is invalid
 */
export function addText(queue: BullQueue, name: string, data: string, options: JobOptions): Promise<BullJob> {
  const mark = randomUUID()
  const client = clientThatPuts(queue.client, JSON.stringify(mark), data)
  // Everything except the client is the queue's own: keys, options, defaults.
  const writing: BullQueue = Object.create(queue, { client: { value: client } })
  return writing.add(name, markedAs(mark, parseJson(data)), options)
}

/** A limiter's groups are determined by fields of an object, so these must remain. */
function markedAs(mark: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return mark
  return Object.defineProperty(value, 'toJSON', { value: () => mark })
}

function clientThatPuts(client: object, mark: string, text: string): object {
  return new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      if (name !== 'addJob') return value.bind(target)
      return (args: readonly unknown[], ...rest: unknown[]) => value.call(target, withText(args, mark, text), ...rest)
    },
  })
}

function withText(args: readonly unknown[], mark: string, text: string): unknown[] {
  if (!args.includes(mark)) throw notPossible('This version of Bull stores payloads in another way: it must be 4')
  return args.map((one) => (one === mark ? text : one))
}
