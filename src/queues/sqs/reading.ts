import type { QueueReading, SourceReading } from '../../ports/index.js'
import type { JobState } from '../../protocol/index.js'
import { countsOf, type QueueKind, readingOf } from '../shared/readings.js'
import type { Attributes, SqsApi } from './api.js'
import { SqsError } from './errors.js'
import { inParallel } from './in-parallel.js'
import { accountOf, nameOf, type Target, urlOfArn } from './targets.js'

type Answer = Attributes | SqsError
type Ask = (url: string) => Promise<Answer>

/**
 * Makes one call per queue, and one per dead-letter queue that is not itself watched.
 *
 * @param areGiven whether the queues were named in an option: then a missing queue is an error, otherwise it is left out
 */
export async function readQueues(api: SqsApi, targets: readonly Target[], areGiven: boolean): Promise<SourceReading> {
  const ask = asker(api)
  const answers = await inParallel(targets, ({ at }) => (typeof at === 'string' ? ask(at) : Promise.resolve(at)))
  refuseSilence(answers)
  const readings = await inParallel(
    targets.map((target, index) => ({ target, answer: answers[index] })),
    async ({ target, answer }) => read(target, answer, ask),
  )
  const isShown = (_: QueueReading, index: number) => areGiven || !isGone(answers[index])
  return { server: serverOf(targets), queues: readings.filter(isShown) }
}

/** Requests each URL only once. */
function asker(api: SqsApi): Ask {
  const asked = new Map<string, Promise<Answer>>()
  return (url) => {
    const answer = asked.get(url) ?? api.attributes(url).catch((error: SqsError) => error)
    asked.set(url, answer)
    return answer
  }
}

/** @throws the first error if SQS answered none of the calls */
function refuseSilence(answers: readonly Answer[]): void {
  const [first] = answers
  const isSilent = answers.every((answer) => answer instanceof SqsError && !answer.isAnswer)
  if (first instanceof SqsError && isSilent) throw first
}

function isGone(answer: Answer | undefined): boolean {
  return answer instanceof SqsError && answer.isGone
}

const STATES: readonly JobState[] = ['waiting', 'active', 'delayed']
const KIND: QueueKind = { driver: 'sqs', states: STATES, capabilities: [] }
const KIND_WITH_DEAD_LETTERS: QueueKind = { ...KIND, states: [...STATES, 'failed'] }

async function read({ name, at }: Target, answer: Answer | undefined, ask: Ask): Promise<QueueReading> {
  const fifo = name.endsWith('.fifo')
  if (!answer || answer instanceof SqsError || typeof at !== 'string') {
    const error = answer instanceof SqsError ? answer.message : 'SQS said nothing of this queue'
    return readingOf(KIND, name, { approximate: true, error, meta: { fifo } })
  }
  const dead = await readDeadLetters(answer, at, ask)
  const metrics = countsOf({
    waiting: countOf(answer.ApproximateNumberOfMessages),
    active: countOf(answer.ApproximateNumberOfMessagesNotVisible),
    delayed: countOf(answer.ApproximateNumberOfMessagesDelayed),
    failed: dead?.count ?? null,
  })
  const meta = { fifo, ...(dead ? { deadLetters: dead.name, deadLettersError: dead.error } : {}) }
  return readingOf(dead ? KIND_WITH_DEAD_LETTERS : KIND, name, { approximate: true, metrics, meta })
}

/** Null if the queue has no dead-letter queue. One that cannot be read does not affect the queue itself. */
async function readDeadLetters(attributes: Attributes, seenFrom: string, ask: Ask) {
  const arn = deadLettersOf(attributes.RedrivePolicy)
  const url = arn ? urlOfArn(arn, seenFrom) : null
  if (!url) return null
  const answer = await ask(url)
  if (answer instanceof SqsError) return { name: nameOf(url), count: null, error: answer.message }
  return { name: nameOf(url), count: allOf(answer), error: null }
}

function deadLettersOf(policy: string | undefined): string | null {
  try {
    const { deadLetterTargetArn: arn } = JSON.parse(policy ?? '{}') as { deadLetterTargetArn?: unknown }
    return typeof arn === 'string' ? arn : null
  } catch {
    return null
  }
}

/** All messages, including those in flight and those delayed. */
function allOf(attributes: Attributes): number | null {
  const counts = [
    countOf(attributes.ApproximateNumberOfMessages),
    countOf(attributes.ApproximateNumberOfMessagesNotVisible),
    countOf(attributes.ApproximateNumberOfMessagesDelayed),
  ]
  return counts.reduce<number | null>((sum, count) => (sum === null || count === null ? null : sum + count), 0)
}

function countOf(text: string | undefined): number | null {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : null
}

/** Host and account, if all queues share them. */
function serverOf(targets: readonly Target[]): string | null {
  const servers = new Set(
    targets.flatMap(({ at }) =>
      typeof at === 'string' && URL.canParse(at) ? [`${new URL(at).host}/${accountOf(at)}`] : [],
    ),
  )
  const [server = null] = servers
  return servers.size === 1 ? server : null
}
