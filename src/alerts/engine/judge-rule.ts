import type { AlertCondition, AlertRule } from '../../api/alerts.js'
import { isClear, isMet } from '../judge.js'
import type { Observation, Observer } from '../look.js'
import type { Judgement } from './track.js'

interface Judged extends Observation {
  readonly condition: AlertCondition
  readonly isMet: boolean | null
  readonly isClear: boolean | null
}

/** What a rule makes of one look. */
export interface RuleJudgement {
  /** Of subjects for which it is met, or that have an alert, by {@link subjectKey}: there may be 20,000 others, of which nothing becomes. */
  readonly judgements: Map<string, Judgement>
  /** How many subjects there are. */
  readonly subjects: number
  readonly worst: Pick<Judgement, 'value' | 'subject'> | null
}

export function subjectKey({ kind, key }: Observation['subject']): string {
  return `${kind}:${key}`
}

/**
 * How a rule judges its subjects in the last look.
 *
 * @param tracked the keys of subjects that have an alert
 */
export function judgeRule(rule: AlertRule, observer: Observer, tracked: ReadonlySet<string>): RuleJudgement {
  const [condition, ...others] = rule.conditions
  if (!condition) return { judgements: new Map(), subjects: 0, worst: null }
  const first = observer.observe(condition, rule.scope)
  return others.length === 0 ? judgeOne(condition, first, tracked) : judgeAll(rule, observer, tracked)
}

function judgeOne(
  condition: AlertCondition,
  observations: readonly Observation[],
  tracked: ReadonlySet<string>,
): RuleJudgement {
  const judgements = new Map<string, Judgement>()
  let worst: Observation | null = null
  for (const observation of observations) {
    const { value, count, subject } = observation
    if (isWorse(condition, value, worst)) worst = observation
    if (!isMet(condition, value, count) && (tracked.size === 0 || !tracked.has(subjectKey(subject)))) continue
    judgements.set(subjectKey(subject), together([judge(condition, observation)]))
  }
  return { judgements, subjects: observations.length, worst }
}

function judgeAll(rule: AlertRule, observer: Observer, tracked: ReadonlySet<string>): RuleJudgement {
  const bySubject = new Map<string, Judged[]>()
  for (const condition of rule.conditions)
    for (const observation of observer.observe(condition, rule.scope)) {
      const key = subjectKey(observation.subject)
      const judged = judge(condition, observation)
      const group = bySubject.get(key)
      if (group) group.push(judged)
      else bySubject.set(key, [judged])
    }
  const judgements = new Map<string, Judgement>()
  let worst: Judgement | null = null
  for (const [key, judged] of bySubject) {
    const judgement = together(judged)
    if (isWorse(judgement.condition, judgement.value, worst)) worst = judgement
    if (judgement.verdict === 'met' || tracked.has(key)) judgements.set(key, judgement)
  }
  return { judgements, subjects: bySubject.size, worst }
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

function isWorse({ is }: AlertCondition, value: number | null, other: Pick<Judgement, 'value'> | null): boolean {
  if (value === null) return other === null
  if (!other || other.value === null) return true
  return is === 'above' || is === 'atLeast' ? value > other.value : value < other.value
}
