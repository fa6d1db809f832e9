import type { AlertCondition, AlertRule } from '../../api/alerts.js'
import { isClear, isMet } from '../judge.js'
import type { Observation, Observer } from '../look.js'
import type { Judgement } from './track.js'

interface Judged extends Observation {
  readonly condition: AlertCondition
  readonly isMet: boolean | null
  readonly isClear: boolean | null
}

/** How a rule judges each of its subjects in the last look, by the kind and key of the subject. */
export function judgeRule(rule: AlertRule, observer: Observer): Map<string, Judgement> {
  const bySubject = new Map<string, Judged[]>()
  for (const condition of rule.conditions)
    for (const observation of observer.observe(condition, rule.scope)) {
      const key = `${observation.subject.kind}:${observation.subject.key}`
      const judged = judge(condition, observation)
      const group = bySubject.get(key)
      if (group) group.push(judged)
      else bySubject.set(key, [judged])
    }
  return new Map([...bySubject].map(([key, judged]) => [key, together(judged)]))
}

function judge(condition: AlertCondition, observation: Observation): Judged {
  const { value, count } = observation
  return {
    ...observation,
    condition,
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
