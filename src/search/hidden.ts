import type { JobCondition } from '../ports/archive.js'
import { conditionText, formatSearch } from './format.js'
import type { Search } from './search.js'

/** Fields of payloads whose names tell nothing about a person. */
const PLAIN_FIELD = /^[a-z_$][\w$.-]{0,63}$/i

/**
 * A search as an audit trail may keep it: what may be personal, which are words of payloads and ids of jobs, is left out. A hash in its
 * place could be guessed.
 *
 * @example hiddenSearch of `email:ada@example.com queue:mail "ada l"` // 'email:… "…" queue:mail'
 */
export function hiddenSearch({ conditions, from, to }: Search): string {
  const times = formatSearch({ conditions: [], from, to })
  return [...new Set(conditions.map(hidden)), times].filter((text) => text !== '').join(' ')
}

function hidden(condition: JobCondition): string {
  const sign = condition.isNot ? '-' : ''
  if (condition.by === 'phrase') return `${sign}"…"`
  if (condition.by === 'field' && condition.field === 'id') return `${sign}id:…`
  if (condition.by !== 'term') return conditionText(condition)
  const end = condition.term.indexOf('=')
  if (end < 0) return `${sign}…`
  const field = condition.term.slice(0, end)
  return `${sign}${PLAIN_FIELD.test(field) ? field : '…'}:…`
}
