import { MAX_DATA_CHARS, QueueChange } from '../../api/changes.js'
import { type JobAddress, QueueChanged } from '../../api/jobs.js'
import { stateInWords } from '../../api/words.js'
import type { JobCleanStop } from '../../ports/index.js'
import type { JobState, QueueCapability } from '../../protocol/index.js'
import { holdsMasked } from '../../redaction/json.js'
import { MASK } from '../../redaction/secrets.js'
import { ApiError } from '../http/api-error.js'
import { json } from '../http/responses.js'
import { QUEUE_ANSWERS, QUEUE_SEGMENT } from './answers.js'
import type { ConnectedQueue } from './directory.js'
import { inParts, type RemovedPart, type Removing } from './in-parts.js'
import { change } from './operation.js'
import { askSource } from './read-source.js'

/** A payload is a string within JSON, where each quote takes one more character. */
const MAX_BYTES = 2 * MAX_DATA_CHARS

/** How to perform a change, and how the audit trail describes it. */
interface Way {
  readonly needs: QueueCapability
  readonly target: string
  readonly perform: () => Promise<Done>
}
interface Done {
  readonly answer: unknown
  /** False if it ended before all was done. @default true */
  readonly ok?: boolean
  readonly detail: string | null
}

const result = {
  description: '`{ ok }` for pause and resume, `{ removed }` for clean and empty, `{ job }` for add and duplicate.',
  schema: QueueChanged,
}

export const queueActions = change({
  path: '/api/queues/{queue}/actions',
  summary: 'Pause, resume, clean or empty a queue, or add a job',
  description: '`clean` and `empty` require the role admin, the other actions the role operator.',
  segments: QUEUE_SEGMENT,
  parameters: {},
  permission: ({ action }) => `queue.${action}`,
  body: QueueChange,
  maxBytes: MAX_BYTES,
  answers: { 200: result, ...QUEUE_ANSWERS },
  async handle({ body, segments, principal, services: { queues, safety } }) {
    const queue = await queues.changeable(segments.queue ?? '', capabilityFor(body))
    if (body.action === 'clean' || body.action === 'empty')
      await safety.confirm(`queue.${body.action}`, { given: body.confirm, wanted: () => queue.name })
    const { target, perform } = wayOf(body, queue, queues.now())
    if (body.action === 'duplicate') await checkThere(queue, body.id)
    const done = await queues.act({
      by: principal,
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
      const target = `at most ${limit} jobs that are ${stateInWords(state)} since before ${new Date(before).toISOString()}`
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

/** Rejects text copied from the masked view: its secrets would be lost. */
function refuseMasked(data: string): void {
  if (!holdsMasked(data)) return
  throw new ApiError('not_possible', `\`job.data\` holds masked values (${MASK}): put the real ones in.`)
}

async function checkThere({ address, source }: ConnectedQueue, id: string): Promise<void> {
  const job = source.job ? await askSource(() => source.job?.(address, id)) : undefined
  if (job === null) throw new ApiError('not_found', 'There is no such job in this queue any more.')
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

/** Number of jobs in some states; null if the system does not list them. */
async function countOf({ address, source }: ConnectedQueue, states: readonly JobState[]): Promise<number | null> {
  const { queues } = await askSource(() => source.read())
  const found = queues.find((one) => (one.address ?? one.name) === address)
  return found ? states.reduce((sum, state) => sum + (found.metrics[state] ?? 0), 0) : null
}

async function added(work: Promise<JobAddress>): Promise<Done> {
  const job = await work
  return { answer: { job }, detail: `job ${job.id}` }
}
