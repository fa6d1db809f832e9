import type { AlertPreview, AlertRule, AlertSubject } from '../../api/alerts.js'
import { type Fire, firesOf } from './fires.js'
import type { AlertHistory } from './history.js'

const MAX_SPANS = 100
/** Each subject takes a read of its own. */
const MAX_SUBJECTS = 200

/** How often a rule would have fired. Rejects if its past can't be read. */
export async function preview(rule: AlertRule, history: AlertHistory): Promise<AlertPreview> {
  const { from, to } = history
  const found = subjectsOf(rule, history)
  const missing = rule.conditions.map((condition) => history.missing(condition)).find((why) => why !== null)
  if (missing) return { from, to, times: null, spans: [], subjects: found.length, why: missing }
  const spans: AlertPreview['spans'][number][] = []
  for (const subject of found.slice(0, MAX_SUBJECTS)) {
    const series = await Promise.all(rule.conditions.map((condition) => history.series(condition, subject)))
    spans.push(...firesOf(rule, series).map((fire) => spanOf(subject, fire)))
  }
  const newest = spans.sort((a, b) => b.from - a.from).slice(0, MAX_SPANS)
  return { from, to, times: spans.length, spans: newest, subjects: found.length, why: whyOf(found.length, history) }
}

function subjectsOf({ conditions, scope }: AlertRule, history: AlertHistory): readonly AlertSubject[] {
  const all = conditions.flatMap((condition) => history.subjects(condition, scope))
  return [...new Map(all.map((subject) => [subject.key, subject])).values()]
}

function spanOf({ name }: AlertSubject, { from, to, value }: Fire): AlertPreview['spans'][number] {
  return { subject: name, from, to, value }
}

function whyOf(subjects: number, { why }: AlertHistory): string | null {
  if (subjects <= MAX_SUBJECTS) return why
  const first = `Only the first ${MAX_SUBJECTS} of ${subjects} subjects were tried.`
  return why ? `${first} ${why}` : first
}
