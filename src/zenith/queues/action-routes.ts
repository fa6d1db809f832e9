import type { JobCleanStop } from '../../ports/index.js'
import {
  JOB_STATES,
  type JobAddress,
  type JobState,
  type LookedAt,
  MAX_ID_CHARS,
  type QueueCapability,
} from '../../protocol/index.js'
import { holdsMasked } from '../../redaction/json.js'
import { MASK } from '../../redaction/secrets.js'
import {
  actionBody,
  type Body,
  jsonField,
  objectField,
  optionalField,
  textField,
  wholeField,
  wordField,
} from '../http/body.js'
import { change } from '../http/operation.js'
import { Refusal } from '../http/refusal.js'
import { json } from '../http/responses.js'
import { ref } from '../openapi/components.js'
import { count, flag, objectOf, orNull, text, withOptional } from '../openapi/schema.js'
import { QUEUE_ANSWERS, QUEUE_SEGMENT } from './answers.js'
import type { ConnectedQueue } from './directory.js'
import { inParts, type RemovedPart, type Removing } from './in-parts.js'
import { askSource } from './read-source.js'

/** Of a payload. */
const MAX_DATA_CHARS = 8 * 1024 * 1024
/** A payload is a text within JSON, in which every quote of it takes a character more. */
const MAX_BYTES = 2 * MAX_DATA_CHARS
const DAYS_MS = 24 * 60 * 60_000

const newJob = objectField(
  {
    name: textField('Name of the job.'),
    data: jsonField('Payload: JSON text, stored unchanged.', MAX_DATA_CHARS),
    delay: optionalField(wholeField(0, 366 * DAYS_MS, 'Delay from now, ms.')),
    priority: optionalField(wholeField(0, 2_097_152, "Priority, as the queue's system defines it.")),
    attempts: optionalField(wholeField(1, 1_000, 'Maximum number of attempts.')),
  },
  'The new job.',
)

const BODY = actionBody(
  {
    pause: {},
    resume: {},
    clean: {
      state: wordField(JOB_STATES, 'State of the jobs to remove.'),
      olderThanMs: wholeField(0, 3_660 * DAYS_MS, 'Only jobs that reached the state at least this long ago, ms.'),
      limit: wholeField(1, 100_000, 'Maximum number of jobs to remove.'),
      cursor: optionalField(textField('`cursor` of a partial response, to continue from there.', 2_000)),
    },
    empty: {},
    add: { job: newJob },
    duplicate: { id: textField('Id of the job to copy.', MAX_ID_CHARS) },
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
  /** False when it ended before all was done. @default true */
  readonly ok?: boolean
  readonly detail: string | null
}

const result = {
  description: '`{ ok }` for pause and resume, `{ removed }` for clean and empty, `{ job }` for add and duplicate.',
  schema: {
    anyOf: [
      objectOf<{ ok: true }>('The action is done.', { ok: flag('Always true.') }),
      withOptional(
        {
          partial: objectOf<LookedAt>('Progress, if the action stopped before the end: there may be more jobs.', {
            looked: count('Number of jobs examined.'),
            total: count('Number of all jobs.'),
          }),
          cursor: orNull(text('Cursor to continue from; null: repeat the request to continue.')),
        },
        objectOf<{ removed: number }>('Jobs were removed.', { removed: count('Number of removed jobs.') }),
      ),
      objectOf<{ job: JobAddress }>('A job was added.', { job: ref('JobAddress') }),
    ],
  },
}

export const queueActions = change({
  path: '/api/queues/{queue}/actions',
  summary: 'Pause, resume, clean or empty a queue, or add a job',
  description: '`clean` and `empty` require the role admin, the other actions the role operator.',
  segments: QUEUE_SEGMENT,
  parameters: {},
  permission: ({ action }) => `queue.${action}`,
  body: BODY,
  answers: { 200: result, ...QUEUE_ANSWERS },
  async handle({ body, segments, visitor, services: { queues } }) {
    const queue = await queues.changeable(segments.queue ?? '', capabilityFor(body))
    const { target, perform } = wayOf(body, queue, queues.now())
    if (body.action === 'duplicate') await checkThere(queue, body.id)
    const done = await queues.act({
      by: visitor,
      action: body.action,
      queue,
      target,
      perform,
      tell: ({ ok = true, detail }) => ({ ok, detail }),
    })
    queues.touch(queue)
    return json(200, done.answer)
  },
})

function capabilityFor({ action }: QueueChange): QueueCapability {
  return action === 'resume' ? 'pause' : action
}

/** @param now by the store's clock, Unix ms */
function wayOf(body: QueueChange, queue: ConnectedQueue, now: number): Omit<Way, 'needs'> {
  const { address, source } = queue
  const whole = 'the queue'
  switch (body.action) {
    case 'pause':
      return { target: whole, perform: () => plain(askSource(() => source.pause?.(address), null)) }
    case 'resume':
      return { target: whole, perform: () => plain(askSource(() => source.resume?.(address), null)) }
    case 'clean': {
      const { state, olderThanMs, limit, cursor } = body
      const before = now - olderThanMs
      const target = `at most ${limit} jobs that are ${state} since before ${new Date(before).toISOString()}`
      const remove = (most: number, from: string | null) =>
        removedPart((onStop) => source.clean?.(address, { state, before, limit: most, cursor: from, onStop }))
      return { target, perform: () => removal({ limit, cursor, remove, count: () => countOf(queue, [state]) }) }
    }
    case 'empty': {
      const remove = (most: number) => removedPart((onStop) => source.empty?.(address, most, onStop))
      const count = () => countOf(queue, ['waiting', 'prioritized', 'delayed'])
      return {
        target: 'all jobs that wait or are delayed',
        perform: () => removal({ limit: Number.POSITIVE_INFINITY, cursor: null, remove, count }),
      }
    }
    case 'add':
      refuseMasked(body.job.data)
      return {
        target: `a job ${body.job.name}`,
        perform: () => added(askSource(() => source.add?.(address, body.job), null)),
      }
    case 'duplicate':
      return { target: body.id, perform: () => added(askSource(() => source.duplicate?.(address, body.id), null)) }
  }
}

/** What was copied from what Zenith shows: its secrets would be lost. */
function refuseMasked(data: string): void {
  if (!holdsMasked(data)) return
  throw new Refusal('not_possible', `\`job.data\` holds masked values (${MASK}): put the real ones in.`)
}

async function checkThere({ address, source }: ConnectedQueue, id: string): Promise<void> {
  const job = source.job ? await askSource(() => source.job?.(address, id)) : undefined
  if (job === null) throw new Refusal('not_found', 'There is no such job in this queue any more.')
}

async function plain(work: Promise<void>): Promise<Done> {
  await work
  return { answer: { ok: true }, detail: null }
}

async function removedPart(
  remove: (onStop: (stop: JobCleanStop) => void) => Promise<number> | undefined,
): Promise<RemovedPart> {
  let stop: JobCleanStop | null = null
  const removed = await askSource(
    () =>
      remove((one) => {
        stop = one
      }),
    null,
  )
  return { removed, stop }
}

async function removal(removing: Removing): Promise<Done> {
  const { removed, stop } = await inParts(removing)
  if (!stop) return { answer: { removed }, detail: `${removed} removed` }
  const { looked, total, cursor } = stop
  const detail = `${removed} removed; it looked at ${looked} of ${total}, and there may be more`
  return { answer: { removed, partial: { looked, total }, cursor }, ok: false, detail }
}

/** Jobs of some states; null when the system does not list them. */
async function countOf({ address, source }: ConnectedQueue, states: readonly JobState[]): Promise<number | null> {
  const { queues } = await askSource(() => source.read())
  const found = queues.find((one) => (one.address ?? one.name) === address)
  return found ? states.reduce((sum, state) => sum + (found.metrics[state] ?? 0), 0) : null
}

async function added(work: Promise<JobAddress>): Promise<Done> {
  const job = await work
  return { answer: { job }, detail: `job ${job.id}` }
}
