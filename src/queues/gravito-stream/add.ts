import { randomUUID } from 'node:crypto'
import type { QueueSource } from '../../ports/index.js'
import type { JobAddress, NewJob } from '../../protocol/index.js'
import { type Fields, fieldsOf, readText } from '../../protocol/read.js'
import type { Connection } from '../../redis/connection.js'
import { ask } from '../../redis/send.js'
import { isGone, notPossible } from '../shared/conditions.js'
import { jsonOf } from '../shared/texts.js'
import { priorityOf, renewed } from './entry.js'
import { findFirst } from './find.js'
import type { Layout } from './layout.js'
import type { Mover } from './move.js'

/** A job as the framework's class serializer writes it. @throws if the payload is no JSON */
export function writtenJob(name: string, data: string, rest: Fields = {}): Fields {
  if (jsonOf(data) === undefined) throw notPossible('The payload of a job takes JSON')
  return {
    id: randomUUID(),
    type: 'class',
    // Inserted as text: numbers that JavaScript cannot represent stay unchanged.
    data: `{"class":${JSON.stringify(name)},"properties":${data}}`,
    className: name,
    createdAt: Date.now(),
    attempts: 0,
    ...rest,
  }
}

/** Adds a job as a new one, with an id of its own, to the list of its priority. @param written as stored: a JSON object */
export async function pushNew(layout: Layout, mover: Mover, queue: string, written: string): Promise<JobAddress> {
  const id = randomUUID()
  const fields = fieldsOf(jsonOf(written))
  if (!fields) throw notPossible('What is stored is no JSON object: the framework could not read it')
  const text = renewed(written, { id, createdAt: Date.now() })
  await mover.push(layout.list(queue, priorityOf(fields)), text, readText(fields, 'groupId', 10_000))
  return { queue, id }
}

/** Methods that add jobs. */
export function additions(
  connection: Connection,
  layout: Layout,
  mover: Mover,
): Required<Pick<QueueSource, 'add' | 'duplicate'>> {
  return {
    async add(queue, { name, data, delay, priority, attempts }: NewJob) {
      if (priority) throw notPossible('Gravito Stream has no priorities that are numbers')
      const rest = attempts === null ? {} : { maxAttempts: attempts }
      if (!delay) return pushNew(layout, mover, queue, JSON.stringify(writtenJob(name, data, rest)))
      const job = writtenJob(name, data, { ...rest, delaySeconds: delay / 1_000 })
      await ask(connection, ['zadd', layout.delayed(queue, ''), Date.now() + delay, JSON.stringify(job)])
      return { queue, id: String(job.id) }
    },
    async duplicate(queue, id) {
      const entry = await findFirst(connection, layout, queue, id)
      if (!entry) throw isGone('There is no such job any more')
      return pushNew(layout, mover, queue, entry.text)
    },
  }
}
