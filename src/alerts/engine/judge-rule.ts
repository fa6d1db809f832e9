import type { AlertCondition, AlertRule } from '../../api/alerts.js'
import { isClear, isMet } from '../judge.js'
import type { Observation, Observer } from '../look.js'
import type { Judgement } from './track.js'

interface Judged extends Observation {
  readonly condition: AlertCondition
  readonly isMet: boolean | null
  readonly isClear: boolean | null
}

/** The worst value of one condition, as values of several can't be compared: the first that is met, else the first that is known. */
export interface Worst extends Pick<Judgement, 'value' | 'subject'> {
  /** Its index in the rule. */
  readonly condition: number
}

/** What a rule makes of one look. */
export interface RuleJudgement {
  /** Of subjects for which it is met, or that have an alert, by {@link subjectKey}: there may be 20,000 others, of which nothing becomes. */
  readonly judgements: Map<string, Judgement>
  /** How many subjects there are. */
  readonly subjects: number
  /** Of those for which it is met, how many have no alert and no room for one. */
  readonly left: number
  readonly worst: Worst | null
}

export function subjectKey({ kind, key }: Observation['subject']): string {
  return `${kind}:${key}`
}

/** Subjects in a step. */
const IN_A_STEP = 500

/**
 * How a rule judges its subjects in the last look, in steps: there may be 25,000.
 *
 * @param tracked the keys of subjects that have an alert
 * @param room how many more may have one
 */
export function* judgeRule(
  rule: AlertRule,
  observer: Observer,
  tracked: ReadonlySet<string>,
  room: number,
): Generator<void, RuleJudgement> {
  const [condition, ...others] = rule.conditions
  const kept = new Kept(tracked, room)
  if (!condition) return { judgements: kept.judgements, subjects: 0, left: 0, worst: null }
  if (others.length > 0) return yield* judgeAll(rule, observer, kept)
  return yield* judgeOne(condition, yield* observer.observing(condition, rule.scope), kept)
}

/** Judgements that an alert comes of, or has. */
class Kept {
  readonly judgements = new Map<string, Judgement>()
  left = 0
  readonly #tracked: ReadonlySet<string>
  #room: number

  constructor(tracked: ReadonlySet<string>, room: number) {
    this.#tracked = tracked
    this.#room = room
  }

  /** Counts one that is met and finds no room. */
  hasRoomFor(subject: Observation['subject'], isMet: boolean): boolean {
    if (this.#tracked.size > 0 && this.#tracked.has(subjectKey(subject))) return true
    if (!isMet) return false
    if (this.#room === 0) {
      this.left += 1
      return false
    }
    this.#room -= 1
    return true
  }

  keep(judgement: Judgement): void {
    this.judgements.set(subjectKey(judgement.subject), judgement)
  }
}

function* judgeOne(
  condition: AlertCondition,
  observations: readonly Observation[],
  kept: Kept,
): Generator<void, RuleJudgement> {
  let worst: Observation | null = null
  for (const [index, observation] of observations.entries()) {
    if (index % IN_A_STEP === IN_A_STEP - 1) yield
    const { value, count, subject } = observation
    if (isWorse(condition, value, worst)) worst = observation
    if (kept.hasRoomFor(subject, isMet(condition, value, count) === true))
      kept.keep(together([judge(condition, observation)]))
  }
  return {
    ...{ judgements: kept.judgements, subjects: observations.length, left: kept.left },
    worst: worst && worstOf({ ...worst, place: 0 }),
  }
}

function* judgeAll(rule: AlertRule, observer: Observer, kept: Kept): Generator<void, RuleJudgement> {
  const lists: (readonly Observation[])[] = []
  for (const condition of rule.conditions) lists.push(yield* observer.observing(condition, rule.scope))
  return yield* isAligned(lists) ? judgeAligned(rule.conditions, lists, kept) : judgeApart(rule.conditions, lists, kept)
}

/** Metrics of one kind of subject mostly have the same subjects in the same order. */
function isAligned(lists: readonly (readonly Observation[])[]): boolean {
  const [first = [], ...others] = lists
  return others.every(
    (list) => list.length === first.length && list.every(({ subject }, index) => subject === first[index]?.subject),
  )
}

/** Makes nothing of a subject that is fine: 500 rules of 1,000 hosts took seconds. */
function* judgeAligned(
  conditions: readonly AlertCondition[],
  lists: readonly (readonly Observation[])[],
  kept: Kept,
): Generator<void, RuleJudgement> {
  const subjects = lists[0]?.length ?? 0
  let worst: Candidate | null = null
  for (let index = 0; index < subjects; index++) {
    if (index % IN_A_STEP === IN_A_STEP - 1) yield
    const { place, isMet: met } = tellingOf(conditions, lists, index)
    const [condition, observation] = [conditions[place], lists[place]?.[index]]
    if (!condition || !observation) continue
    const { subject, value } = observation
    if (isFirst(condition, { subject, value, place, isMet: met }, worst)) worst = { subject, value, place, isMet: met }
    if (!kept.hasRoomFor(subject, met)) continue
    kept.keep(together(conditions.map((one, at) => judge(one, lists[at]?.[index] ?? observation))))
  }
  return { judgements: kept.judgements, subjects, left: kept.left, worst: worst && worstOf(worst) }
}

/** The condition that tells of a subject: the first that is met, else the first that is known. */
function tellingOf(
  conditions: readonly AlertCondition[],
  lists: readonly (readonly Observation[])[],
  index: number,
): { readonly place: number; readonly isMet: boolean } {
  let known = -1
  for (const [place, condition] of conditions.entries()) {
    const { value = null, count = null } = lists[place]?.[index] ?? {}
    const met = isMet(condition, value, count)
    if (met) return { place, isMet: true }
    if (met === false && known < 0) known = place
  }
  return { place: Math.max(0, known), isMet: false }
}

function* judgeApart(
  conditions: readonly AlertCondition[],
  lists: readonly (readonly Observation[])[],
  kept: Kept,
): Generator<void, RuleJudgement> {
  const bySubject = yield* judgedBySubject(conditions, lists)
  let worst: Candidate | null = null
  let index = 0
  for (const judged of bySubject.values()) {
    index += 1
    if (index % IN_A_STEP === 0) yield
    const judgement = together(judged)
    const { subject, value, condition, verdict } = judgement
    const candidate = { subject, value, place: conditions.indexOf(condition), isMet: verdict === 'met' }
    if (isFirst(condition, candidate, worst)) worst = candidate
    if (kept.hasRoomFor(subject, candidate.isMet)) kept.keep(judgement)
  }
  return {
    ...{ judgements: kept.judgements, subjects: bySubject.size, left: kept.left },
    worst: worst && worstOf(worst),
  }
}

function* judgedBySubject(
  conditions: readonly AlertCondition[],
  lists: readonly (readonly Observation[])[],
): Generator<void, ReadonlyMap<string, readonly Judged[]>> {
  const bySubject = new Map<string, Judged[]>()
  for (const [place, condition] of conditions.entries())
    for (const [index, observation] of (lists[place] ?? []).entries()) {
      if (index % IN_A_STEP === IN_A_STEP - 1) yield
      const key = subjectKey(observation.subject)
      const judged = judge(condition, observation)
      const group = bySubject.get(key)
      if (group) group.push(judged)
      else bySubject.set(key, [judged])
    }
  return bySubject
}

function judge(condition: AlertCondition, { subject, value, count, details }: Observation): Judged {
  return {
    ...{ subject, value, count, details, condition },
    isMet: isMet(condition, value, count),
    isClear: isClear(condition, value, count),
  }
}

/** Any condition that is met is enough; all that are known have to be clear. */
function together(judged: readonly Judged[]): Judgement {
  const met = judged.find((one) => one.isMet === true)
  const known = judged.filter((one) => one.isMet !== null)
  const one = met ?? known[0] ?? (judged[0] as Judged)
  const { subject, condition, value, details } = one
  return { verdict: verdictOf(met, known), subject, condition, value, details, values: judged }
}

function verdictOf(met: Judged | undefined, known: readonly Judged[]): Judgement['verdict'] {
  if (met) return 'met'
  if (known.length === 0) return 'unknown'
  return known.every((one) => one.isClear === true) ? 'clear' : 'between'
}

/** What may be the worst of a rule. */
interface Candidate extends Pick<Judgement, 'value' | 'subject'> {
  /** Of its condition in the rule. */
  readonly place: number
  readonly isMet: boolean
}

function worstOf({ subject, value, place }: Omit<Candidate, 'isMet'>): Worst {
  return { subject, value, condition: place }
}

/** What is met before what is not, of these what the rule names first, and of one condition the worst. */
function isFirst(condition: AlertCondition, one: Candidate, other: Candidate | null): boolean {
  if (!other || one.value === null || other.value === null)
    return !other || (one.value !== null && other.value === null)
  const order = Number(other.isMet) - Number(one.isMet) || one.place - other.place
  return order === 0 ? isWorse(condition, one.value, other) : order < 0
}

function isWorse({ is }: AlertCondition, value: number | null, other: Pick<Judgement, 'value'> | null): boolean {
  if (value === null) return other === null
  if (!other || other.value === null) return true
  return is === 'above' || is === 'atLeast' ? value > other.value : value < other.value
}
