import type { JobCondition } from '../ports/archive.js'
import { FIELDS, OF_PAYLOAD } from './conditions.js'
import { FIGURES, figureText } from './figures.js'
import type { Search } from './search.js'
import { timeText } from './times.js'

/** A field that is written without `payload.` before it. */
const PLAIN_FIELD = /^[\p{L}_$][^\s:"]*$/u
const PLAIN_VALUE = /^[^\s":/][^\s"]*$/

/** A search in the language, one condition after the other: reading it gives the same search. */
export function formatSearch({ conditions, from, to }: Search): string {
  const times = [
    ...(from === null ? [] : [`after:${timeText(from)}`]),
    ...(to === null ? [] : [`before:${timeText(to)}`]),
  ]
  return [...conditions.map(conditionText), ...times].join(' ')
}

/** One condition in the language. */
export function conditionText(condition: JobCondition): string {
  return (condition.isNot ? '-' : '') + textOf(condition)
}

function textOf(condition: JobCondition): string {
  if (condition.by === 'figure') return figureText(condition)
  if (condition.by === 'phrase') return quoted(condition.text)
  if (condition.by === 'term') return termText(condition.term) + (condition.isPrefix ? '*' : '')
  const [name] = Object.entries(FIELDS).find(([, field]) => field === condition.field) as [string, string]
  const { pattern } = condition
  return `${name}:${PLAIN_VALUE.test(pattern) ? pattern : quoted(pattern)}`
}

function termText(term: string): string {
  const end = term.indexOf('=')
  if (end < 0) return term
  const field = term.slice(0, end)
  const isPlain = PLAIN_FIELD.test(field) && !isKnown(field)
  return `${isPlain ? '' : OF_PAYLOAD}${field}:${term.slice(end + 1)}`
}

function isKnown(field: string): boolean {
  const isOfJob = Object.hasOwn(FIELDS, field) || Object.hasOwn(FIGURES, field)
  return isOfJob || field === 'after' || field === 'before' || field.startsWith(OF_PAYLOAD)
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`
}
