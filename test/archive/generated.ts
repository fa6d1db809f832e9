import type { ArchivedJobFilter, AttemptOutcome, IndexedJob, JobCondition, JobField } from '../../src/ports/archive.js'
import { AWKWARD, DAY, NOON, seeded } from './conformance/samples.js'

type Pick = <T>(items: readonly T[]) => T

/** Draws from a seed: the same seed draws the same. */
interface Draw {
  readonly next: () => number
  readonly pick: Pick
  /** True once in so many times. */
  readonly once: (times: number) => boolean
}

function drawOf(seed: number): Draw {
  const next = seeded(seed)
  const pick: Pick = (items) => items[next() % items.length] as (typeof items)[number]
  return { next, pick, once: (times) => next() % times === 0 }
}

const NAMES = ['send', 'Send', 'send.mail', 'resize', 'résumé', '100%', 'a_b', 'a*b', '注文', '🦊', '']
const QUEUES = ['mail', 'Mail', 'images', 'q%', "o'neil"]
const SERVICES = ['shop', 'Shop', 'worker-1', 'worker_1', null]
const WORDS = ['red', 'Fox', 'quick', 'über', '注文', '%', '_', "it's", 'back\\slash', '"quoted"']
const OUTCOMES: readonly AttemptOutcome[] = ['completed', 'completed', 'completed', 'failed', 'retried']
const TERMS = [...AWKWARD, 'email', 'email=ann@example.com', 'email=bob@example.com', 'ann', 'bob', 'id=1', 'id=12', 'ID=1']

/** Jobs of four days with many ties, nulls and letters of any script, every attempt once. */
export function generatedJobs(count: number, seed: number): IndexedJob[] {
  const draw = drawOf(seed)
  return Array.from({ length: count }, (_, i) => generatedJob(i, draw))
}

function generatedJob(i: number, { next, pick, once }: Draw): IndexedJob {
  // Many end in one millisecond, or in the last and the first one of a day.
  const at = NOON - DAY + pick([0, 0, next() % (4 * DAY), next() % 1000, DAY / 2 - 1, DAY / 2])
  const queueName = pick(QUEUES)
  const words = Array.from({ length: 1 + (next() % 4) }, () => pick(WORDS))
  const figure = () => (once(4) ? null : next() % 20)
  return {
    queue: `redis:${queueName}`,
    queueName,
    id: once(3) ? `${i}` : `${pick(['a', 'B', '🦊', '～', '注'])}${i}`,
    name: pick(NAMES),
    outcome: pick(OUTCOMES),
    attempt: figure(),
    addedAt: once(3) ? null : at - 500,
    startedAt: once(3) ? null : at - (next() % 50),
    finishedAt: at,
    waitMs: figure(),
    runMs: figure(),
    service: pick(SERVICES),
    node: once(2) ? null : 'n1',
    error: once(5) ? 'Out of stock' : null,
    payload: once(4) ? null : { text: words.join(' '), isCut: once(9) },
    terms: Array.from({ length: next() % 6 }, () => pick(TERMS)),
  }
}

/** A filter of up to four conditions and a limit. */
export interface GeneratedQuery extends ArchivedJobFilter {
  readonly limit: number
}

export function generatedQueries(count: number, seed: number): GeneratedQuery[] {
  const draw = drawOf(seed)
  const { next, pick } = draw
  return Array.from({ length: count }, () => {
    const from = NOON - DAY + pick([-DAY, -DAY, 0, 1, DAY / 2, next() % (3 * DAY)])
    return {
      from,
      to: pick([NOON + 9 * DAY, NOON + 9 * DAY, from + 1, from + DAY, from + (next() % (2 * DAY))]),
      conditions: Array.from({ length: next() % 5 }, () => generatedCondition(draw)),
      limit: pick([1, 2, 7, 50, 200, 1000]),
    }
  })
}

function generatedCondition(draw: Draw): JobCondition {
  const { next, pick, once } = draw
  const isNot = once(4)
  switch (next() % 5) {
    case 0:
    case 1:
      return termCondition(draw, isNot)
    case 2:
      return { by: 'phrase', text: phraseOf(draw).toLowerCase(), isNot }
    case 3:
      return { by: 'field', ...fieldOf(draw), isNot }
    default: {
      const bound = () => (once(3) ? null : next() % 20)
      return { by: 'figure', figure: pick(['runMs', 'waitMs', 'attempt']), atLeast: bound(), atMost: bound(), isNot }
    }
  }
}

function termCondition({ next, pick, once }: Draw, isNot: boolean): JobCondition {
  const term = pick(TERMS)
  if (once(2)) return { by: 'term', term, isPrefix: false, isNot }
  const letters = [...term]
  return { by: 'term', term: letters.slice(0, 1 + (next() % letters.length)).join(''), isPrefix: true, isNot }
}

function phraseOf({ pick, once }: Draw): string {
  return once(2) ? pick(WORDS) : `${pick(WORDS)} ${pick(WORDS)}`
}

function fieldOf({ next, pick, once }: Draw): { field: JobField; pattern: string } {
  const values: Record<JobField, readonly string[]> = {
    outcome: OUTCOMES,
    queueName: QUEUES,
    queue: QUEUES.map((name) => `redis:${name}`),
    name: NAMES,
    service: ['shop', 'Shop', 'worker-1', 'worker_1'],
    id: ['a1', '1', '🦊7', '注3'],
  }
  const field = pick(Object.keys(values) as JobField[])
  const value = pick(values[field])
  if (once(2)) return { field, pattern: value }
  const letters = [...value]
  const cut = next() % (letters.length + 1)
  return { field, pattern: pick([`${letters.slice(0, cut).join('')}*`, `*${letters.slice(cut).join('')}`, `*${value}*`, '*']) }
}
