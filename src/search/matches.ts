import { globOf } from '../lib/glob.js'
import { hasPhrase } from '../lib/phrase.js'
import type { ArchivedJob, JobCondition, JobField, JobFigure } from '../ports/archive.js'

/** What conditions are about. */
export type MatchedJob = Pick<ArchivedJob, JobField | JobFigure>

/**
 * Whether a job fulfils all conditions: for jobs that are not in the archive, and what an archive's answers are compared with.
 *
 * @param terms of its payload, see {@link termsOf}
 * @param text of its payload, masked; null without one
 */
export function matches(
  job: MatchedJob,
  terms: readonly string[],
  text: string | null,
  conditions: readonly JobCondition[],
): boolean {
  return conditions.every((condition) => holds(job, terms, text, condition) !== condition.isNot)
}

function holds(job: MatchedJob, terms: readonly string[], text: string | null, condition: JobCondition): boolean {
  switch (condition.by) {
    case 'term': {
      const { term, isPrefix } = condition
      return isPrefix ? terms.some((one) => one.startsWith(term)) : terms.includes(term)
    }
    case 'phrase':
      return text !== null && hasPhrase(text, condition.text)
    case 'field': {
      const value = job[condition.field]
      return value !== null && globOf(condition.pattern)(value)
    }
    case 'figure': {
      const value = job[condition.figure]
      return value !== null && value >= (condition.atLeast ?? value) && value <= (condition.atMost ?? value)
    }
  }
}
