import { METRICS } from '../../api/alert-metrics.js'
import type { AlertCondition, AlertPreview, AlertRule, AlertSubject } from '../../api/alerts.js'
import { inSlices } from '../../lib/async.js'
import { durationInWords } from '../words.js'
import { type Fire, firesOf } from './fires.js'
import { type AlertHistory, type ConditionPast, type PastValue, pastKey } from './history.js'

const MAX_SPANS = 100
const MAX_SUBJECTS = 200
/** Subjects to try before yielding to the event loop. */
const SLICE = 10
/** A time of which less is known is told of. */
const MOST_OF_IT = 0.9

type Span = AlertPreview['spans'][number]

/** How often a rule would have fired. Rejects if its past can't be read. */
export async function preview(rule: AlertRule, history: AlertHistory): Promise<AlertPreview> {
  const { from, to, why } = history
  const found = subjectsOf(rule, history)
  const about = { from, to, subjects: found.length }
  const missing = rule.conditions.map((condition) => history.missing(condition)).find((one) => one !== null)
  if (missing) return { ...about, times: null, spans: [], step: null, why: missing, notes: [] }
  const tried = found.slice(0, MAX_SUBJECTS)
  const pasts: ConditionPast[] = []
  for (const condition of rule.conditions) pasts.push(await history.past(condition, tried))
  const coverage = new Coverage(rule.conditions, pasts, tried)
  const spans = await spansOf(rule, pasts, tried)
  const step = Math.max(...pasts.map((past) => past.step))
  return {
    ...{ ...about, step },
    times: coverage.isKnown ? spans.length : null,
    spans: spans.slice(0, MAX_SPANS),
    why: coverage.isKnown ? why : coverage.nothing,
    notes: coverage.isKnown
      ? [
          stepNote(step),
          ...tooMany(found.length),
          ...new Set(pasts.flatMap(({ notes }) => notes)),
          ...coverage.notes(to - from),
        ]
      : [],
  }
}

function subjectsOf({ conditions, scope }: AlertRule, history: AlertHistory): readonly AlertSubject[] {
  const all = conditions.flatMap((condition) => history.subjects(condition, scope))
  return [...new Map(all.map((subject) => [pastKey(subject), subject])).values()]
}

/** Newest first. */
async function spansOf(
  rule: AlertRule,
  pasts: readonly ConditionPast[],
  subjects: readonly AlertSubject[],
): Promise<readonly Span[]> {
  const spans: Span[] = []
  await inSlices(subjects, SLICE, (subject) => {
    const series = pasts.map(({ values }) => values.get(pastKey(subject)) ?? [])
    for (const fire of firesOf(rule, series)) spans.push(spanOf(subject, fire))
  })
  return spans.sort((a, b) => b.from - a.from)
}

function spanOf({ name }: AlertSubject, { from, to, condition, value }: Fire): Span {
  return { subject: name, from, to, metric: condition.metric, value }
}

/** Rules are evaluated every 10 s: the answer of longer steps is another one. */
function stepNote(step: number): string {
  return `The past is read in steps of ${durationInWords(step)}, and rules are evaluated every 10 s: shorter peaks may be missing.`
}

function tooMany(subjects: number): string[] {
  return subjects > MAX_SUBJECTS ? [`Only the first ${MAX_SUBJECTS} of ${subjects} subjects were tried.`] : []
}

/** How much of the past is known. */
class Coverage {
  /** By condition: how long its values are known, ms, of each subject. */
  readonly #known: readonly (readonly number[])[]
  readonly #conditions: readonly AlertCondition[]

  constructor(
    conditions: readonly AlertCondition[],
    pasts: readonly ConditionPast[],
    subjects: readonly AlertSubject[],
  ) {
    this.#conditions = conditions
    this.#known = pasts.map(({ values }) => subjects.map((subject) => knownMs(values.get(pastKey(subject)) ?? [])))
  }

  /** Whether anything is, or there is nothing to know of. */
  get isKnown(): boolean {
    const all = this.#known.flat()
    return all.length === 0 || all.some((ms) => ms > 0)
  }

  get nothing(): string {
    return `Nothing is recorded of ${this.#conditions.map(({ metric }) => metric).join(' and ')} in this time.`
  }

  /** @param length of the time, ms */
  notes(length: number): string[] {
    const subjects = this.#known[0]?.map((_, index) => Math.max(...this.#known.map((known) => known[index] ?? 0))) ?? []
    const unknown = subjects.filter((ms) => ms === 0).length
    const longest = Math.max(0, ...subjects)
    return [
      ...this.#conditions.flatMap(({ metric }, index) => (this.#isEmpty(index) ? [leftOut(metric)] : [])),
      ...(longest > 0 && longest < length * MOST_OF_IT
        ? [`Values are known of ${durationInWords(longest)} of this time.`]
        : []),
      ...(unknown > 0 ? [`Nothing is recorded of ${unknown} of ${subjects.length} subjects.`] : []),
    ]
  }

  #isEmpty(index: number): boolean {
    const known = this.#known[index] ?? []
    return known.length > 0 && known.every((ms) => ms === 0)
  }
}

function leftOut(metric: AlertCondition['metric']): string {
  return `Nothing is recorded of ${metric} (${METRICS[metric].label}): that condition was not tried.`
}

function knownMs(values: readonly PastValue[]): number {
  return values.reduce((ms, { from, at, value }) => (value === null ? ms : ms + at - from), 0)
}
