import { performance } from 'node:perf_hooks'
import type { QueueName } from '../../../api/permissions.js'
import type { QueueSearched, QueuesSearch } from '../../../api/search.js'
import { inTimeHeld, TOO_LATE } from '../../../lib/async.js'
import type { JobState } from '../../../protocol/index.js'
import { isRefusal } from '../../http/api-error.js'
import type { ConnectedQueue } from '../directory.js'
import type { Queues } from '../queues.js'
import { fitting, type SeenJob, summaryViews } from './job-view.js'
import { type SearchBounds, searchAll, searchSummaries } from './search.js'

/** Jobs to read of one queue, in all its states. */
const MAX_PER_QUEUE = 5_000
/** Time for one queue, and for one request, ms: the page asks on with the next one. */
const QUEUE_MS = 1_500
/** A queue that does not answer by then is left, ms. */
const ANSWER_WITHIN_MS = 2_500
const REQUEST_MS = 3_000
/** Matches of one request. */
const MAX_MATCHES = 100
/** States that are few or matter most come first; completed jobs are many. */
const ORDER: readonly JobState[] = [
  'failed',
  'active',
  'waiting',
  'prioritized',
  'delayed',
  'waitingChildren',
  'completed',
]

export interface QueuesWanted {
  readonly text: string
  /** Only this state; null for all. */
  readonly state: JobState | null
  /** Key of the queue after which to continue. */
  readonly after: string | null
  /** Whether the principal may see the payloads of a queue: without it, matches would reveal their contents. */
  readonly payloads: (queue: QueueName) => boolean
  /** Aborted when the client disconnects. */
  readonly signal: AbortSignal
}

interface Searchable {
  readonly queue: ConnectedQueue
  readonly states: readonly JobState[]
}

/** Searches the jobs of all queues that can be searched, one after the other by key, as far as time allows. */
export async function searchQueues(queues: Queues, known: number, wanted: QueuesWanted): Promise<QueuesSearch> {
  const until = performance.now() + REQUEST_MS
  const all = await searchable(queues, wanted)
  const rest = all.filter(({ queue }) => wanted.after === null || queue.key > wanted.after)
  const found: { queue: ConnectedQueue; job: SeenJob }[] = []
  const searched: QueueSearched[] = []
  for (const one of rest) {
    const isOver = searched.length > 0 && (performance.now() > until || found.length >= MAX_MATCHES)
    if (isOver || wanted.signal.aborted) break
    const { jobs, ...queue } = await searchQueue(one, wanted, MAX_MATCHES - found.length)
    found.push(...jobs.map((job) => ({ queue: one.queue, job })))
    searched.push(queue)
  }
  const last = searched.at(-1)
  const jobs = fitting(found.map(({ job }) => job))
  return {
    jobs: jobs.map((job, index) => ({ ...placeOf(found[index]?.queue), job })),
    queues: searched,
    total: all.length,
    left: Math.max(0, known - all.length),
    perQueue: MAX_PER_QUEUE,
    ...(last && searched.length < rest.length && { next: last.key }),
  }
}

function placeOf(queue: ConnectedQueue | undefined) {
  return { queue: queue?.key ?? '', queueName: queue?.name ?? '' }
}

async function searchable(queues: Queues, { payloads, state }: QueuesWanted): Promise<readonly Searchable[]> {
  const able: Searchable[] = []
  for (const queue of await queues.directory.all()) {
    const { actions, states } = await queues.view(queue.key)
    const wanted = ORDER.filter((one) => states.includes(one) && (state === null || one === state))
    if (actions.includes(payloads(queue) ? 'search' : 'list') && wanted.length > 0) able.push({ queue, states: wanted })
  }
  return able.sort((a, b) => (a.queue.key < b.queue.key ? -1 : 1))
}

type Searched = { -readonly [K in keyof QueueSearched]: QueueSearched[K] } & { jobs: SeenJob[] }

/** An error of one queue stops no other. */
async function searchQueue({ queue, states }: Searchable, wanted: QueuesWanted, maxMatches: number): Promise<Searched> {
  const { key, name } = queue
  const without = wanted.payloads(queue) ? {} : { withoutPayloads: true as const }
  const all: Searched = {
    key,
    name,
    scanned: 0,
    total: 0,
    skipped: 0,
    stopped: null,
    error: null,
    ...without,
    jobs: [],
  }
  const ended = new AbortController()
  const signal = AbortSignal.any([wanted.signal, ended.signal])
  try {
    const searching = searchStates(all, queue, states, { ...wanted, signal }, maxMatches)
    if ((await inTimeHeld(searching, ANSWER_WITHIN_MS)) === TOO_LATE) all.error = 'It did not answer in time.'
  } catch (error) {
    if (!isRefusal(error)) throw error
    all.error = error.message
  }
  ended.abort()
  return { ...all, jobs: [...all.jobs] }
}

async function searchStates(
  all: Searched,
  queue: ConnectedQueue,
  states: readonly JobState[],
  wanted: QueuesWanted,
  maxMatches: number,
): Promise<void> {
  const until = performance.now() + QUEUE_MS
  for (const state of states) {
    const bounds = {
      maxMatches: maxMatches - all.jobs.length,
      maxScanned: MAX_PER_QUEUE - all.scanned,
      maxMs: until - performance.now(),
    }
    all.stopped ??= stopOf(bounds)
    await addState(all, queue, state, wanted, bounds)
  }
}

/** A state that is not searched any more is counted: the total says how many jobs were left out. */
async function addState(
  all: Searched,
  queue: ConnectedQueue,
  state: JobState,
  { text, payloads, signal }: QueuesWanted,
  bounds: SearchBounds,
): Promise<void> {
  const look = payloads(queue) ? searchAll : searchSummaries
  const isOver = stopOf(bounds) !== null
  const few = { maxMatches: 1, maxScanned: 1, maxMs: 1 }
  const found = await look(queue, { state, text, offset: 0, signal, bounds: isOver ? few : bounds })
  all.total += found.total
  if (isOver) return
  all.jobs.push(...(await summaryViews(found.jobs)))
  all.scanned += found.scanned
  all.skipped += found.skipped
  all.stopped ??= found.stopped ?? (found.partial ? 'scanned' : null)
}

function stopOf({ maxMatches, maxScanned, maxMs }: SearchBounds): QueueSearched['stopped'] {
  if (maxMatches <= 0) return 'matches'
  if (maxScanned <= 0) return 'scanned'
  return maxMs <= 0 ? 'time' : null
}
