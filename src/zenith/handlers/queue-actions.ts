import { JOB_STATES, type JobAddress, MAX_ID_CHARS, type QueueCapability } from '../../protocol/index.js'
import {
  actionBody,
  type Body,
  jsonField,
  objectField,
  optionalField,
  textField,
  wholeField,
  wordField,
} from '../body.js'
import { ref } from '../openapi/components.js'
import { count, flag, objectOf } from '../openapi/schema.js'
import { change } from '../operation.js'
import type { ConnectedQueue } from '../queues/directory.js'
import { inParts } from '../queues/in-parts.js'
import { askSource } from '../queues/read-source.js'
import { Refusal } from '../queues/refusal.js'
import { json } from '../responses.js'
import { QUEUE_ANSWERS, QUEUE_SEGMENT } from './queue-answers.js'

const MAX_BYTES = 1024 * 1024
const DAYS_MS = 24 * 60 * 60_000

const newJob = objectField(
  {
    name: textField('What it is called.'),
    data: jsonField('Its payload.', MAX_BYTES),
    delay: optionalField(wholeField(0, 366 * DAYS_MS, 'ms from now.')),
    priority: optionalField(wholeField(0, 2_097_152, "The system's own number.")),
    attempts: optionalField(wholeField(1, 1_000, 'How often it is tried at the most.')),
  },
  'A job.',
)

const BODY = actionBody(
  {
    pause: {},
    resume: {},
    clean: {
      state: wordField(JOB_STATES, 'Of this state.'),
      olderThanMs: wholeField(0, 3_660 * DAYS_MS, 'That came to it so long ago, ms.'),
      limit: wholeField(1, 100_000, 'At the most.'),
    },
    empty: {},
    add: { job: newJob },
    duplicate: { id: textField('The job that is like it.', MAX_ID_CHARS) },
  },
  MAX_BYTES,
)

type QueueChange = typeof BODY extends Body<infer T> ? T : never
/** How something is done, and how it is told in the audit trail. */
interface Way {
  readonly needs: QueueCapability
  readonly target: string
  readonly perform: () => Promise<Done>
}
interface Done {
  readonly answer: unknown
  readonly detail: string | null
}

const result = {
  description: '`{ ok }` of pause and resume, `{ removed }` of clean and empty, `{ job }` of add and duplicate.',
  schema: {
    anyOf: [
      objectOf<{ ok: true }>('It is done.', { ok: flag('Always true.') }),
      objectOf<{ removed: number }>('Jobs are removed.', { removed: count('How many.') }),
      objectOf<{ job: JobAddress }>('A job was added.', { job: ref('JobAddress') }),
    ],
  },
}

export const queueActions = change({
  path: '/api/queues/{queue}/actions',
  summary: 'Pauses, resumes, cleans or empties a queue, or adds a job',
  description: '`clean` and `empty` take an admin, the others an operator.',
  segments: QUEUE_SEGMENT,
  parameters: {},
  needs: 'operator',
  needsFor: ({ action }) => (action === 'clean' || action === 'empty' ? 'admin' : 'operator'),
  body: BODY,
  answers: { 200: result, ...QUEUE_ANSWERS },
  async handle({ body, segments, visitor, services: { queues } }) {
    const queue = await queues.changeable(segments.queue ?? '', capabilityFor(body))
    const { target, perform } = wayOf(body, queue)
    if (body.action === 'duplicate') await checkThere(queue, body.id)
    const done = await queues.act({
      by: visitor,
      action: body.action,
      queue,
      target,
      perform,
      tell: ({ detail }) => ({ ok: true, detail }),
    })
    queues.touch(queue)
    return json(200, done.answer)
  },
})

function capabilityFor({ action }: QueueChange): QueueCapability {
  return action === 'resume' ? 'pause' : action
}

function wayOf(body: QueueChange, { address, source }: ConnectedQueue): Omit<Way, 'needs'> {
  const whole = 'the queue'
  switch (body.action) {
    case 'pause':
      return { target: whole, perform: () => plain(askSource(() => source.pause?.(address), null)) }
    case 'resume':
      return { target: whole, perform: () => plain(askSource(() => source.resume?.(address), null)) }
    case 'clean': {
      const { state, olderThanMs, limit } = body
      const before = Date.now() - olderThanMs
      const target = `at most ${limit} jobs that are ${state} since before ${new Date(before).toISOString()}`
      const part = (most: number) => askSource(() => source.clean?.(address, { state, before, limit: most }), null)
      return { target, perform: () => removal(inParts(part, limit)) }
    }
    case 'empty': {
      const part = (most: number) => askSource(() => source.empty?.(address, most), null)
      return {
        target: 'all jobs that wait or are delayed',
        perform: () => removal(inParts(part, Number.POSITIVE_INFINITY)),
      }
    }
    case 'add':
      return {
        target: `a job ${body.job.name}`,
        perform: () => added(askSource(() => source.add?.(address, body.job), null)),
      }
    case 'duplicate':
      return { target: body.id, perform: () => added(askSource(() => source.duplicate?.(address, body.id), null)) }
  }
}

async function checkThere({ address, source }: ConnectedQueue, id: string): Promise<void> {
  const job = source.job ? await askSource(() => source.job?.(address, id)) : undefined
  if (job === null) throw new Refusal('not_found', 'There is no such job in this queue any more.')
}

async function plain(work: Promise<void>): Promise<Done> {
  await work
  return { answer: { ok: true }, detail: null }
}

async function removal(work: ReturnType<typeof inParts>): Promise<Done> {
  const { removed, isWhole } = await work
  const detail = `${removed} removed${isWhole ? '' : '; there was no time for the rest'}`
  return { answer: { removed }, detail }
}

async function added(work: Promise<JobAddress>): Promise<Done> {
  const job = await work
  return { answer: { job }, detail: `job ${job.id}` }
}
