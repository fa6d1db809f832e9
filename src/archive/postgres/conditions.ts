import {
  type ArchivedJobFilter,
  type JobCondition,
  type JobField,
  type JobFigure,
  MAX_ARCHIVED_TERM_BYTES,
  type QueueSet,
} from '../../ports/archive.js'
import { fulfilsPhrases } from '../shared/phrases.js'
import { storableText } from '../shared/texts.js'

const FIELDS: Readonly<Record<JobField, string>> = {
  outcome: 'outcome',
  queueName: 'queue_name',
  queue: 'queue',
  name: 'name',
  service: 'service',
  id: 'id',
}
const FIGURES: Readonly<Record<JobFigure, string>> = { runMs: 'run_ms', waitMs: 'wait_ms', attempt: 'attempt' }

/** Values of a statement, each under its number. */
export class Values {
  readonly all: unknown[] = []

  /** @returns `$1`: what stands for it in the statement */
  add(value: unknown): string {
    this.all.push(value)
    return `$${this.all.length}`
  }
}

type TermCondition = Extract<JobCondition, { by: 'term' }>

/** Conditions, sorted by how they are checked. */
export interface Conditions {
  /** What the terms of the payload must be; empty if that does not matter. Conditions of a row `p` of `payloads`. */
  readonly terms: (values: Values) => string
  readonly hasTerms: boolean
  /** Whether the search is for an id: few jobs have it, and PostgreSQL has no statistics of ids. */
  readonly hasId: boolean
  /** Conditions of a row `j` of `jobs`, of which all hold; each begins with `and`. */
  readonly rows: (values: Values, from: string, to: string) => string
  /** Whether the text of a payload fulfils the phrases; null without phrases. */
  readonly text: ((text: string | null) => boolean) | null
}

export function conditionsOf({ conditions, only = [] }: ArchivedJobFilter): Conditions {
  const terms = conditions.filter((condition) => condition.by === 'term')
  const wanted = terms.filter(({ isNot }) => !isNot)
  const unwanted = terms.filter(({ isNot }) => isNot)
  const others = conditions.filter((condition) => condition.by === 'field' || condition.by === 'figure')
  return {
    terms: (values) => wanted.map((condition) => `and ${termOf(condition, values)}`).join(' '),
    hasTerms: wanted.length > 0,
    hasId: conditions.some(
      (one) => one.by === 'field' && one.field === 'id' && !one.isNot && !one.pattern.includes('*'),
    ),
    rows: (values, from, to) =>
      [
        ...others.map((condition) => `and ${rowCondition(condition, values)}`),
        ...only.map((queues) => `and ${isAnyOf(queues, values)}`),
        ...(unwanted.length > 0 ? [without(unwanted, values, from, to)] : []),
      ].join(' '),
    text: textCheck(conditions),
  }
}

function without(unwanted: readonly TermCondition[], values: Values, from: string, to: string): string {
  const any = unwanted.map((condition) => termOf(condition, values)).join(' or ')
  return `and not exists (select 1 from payloads p where p.n = j.n and p.finished_at = j.finished_at
    and p.finished_at >= ${from} and p.finished_at < ${to} and (${any}))`
}

function termOf({ term: given, isPrefix }: TermCondition, values: Values): string {
  const term = storableText(given)
  if (term === '') return isPrefix ? 'length(p.terms) > 0' : 'false'
  if (Buffer.byteLength(term) > MAX_ARCHIVED_TERM_BYTES) return 'false'
  const quoted = `'${term.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
  return `p.terms @@ ${values.add(isPrefix ? `${quoted}:*` : quoted)}::tsquery`
}

function rowCondition(condition: Extract<JobCondition, { by: 'field' | 'figure' }>, values: Values): string {
  const sql =
    condition.by === 'field' ? fieldOf(condition.field, condition.pattern, values) : figureOf(condition, values)
  return condition.isNot ? `(${sql}) is not true` : `(${sql})`
}

function isAnyOf(queues: QueueSet, values: Values): string {
  const sets = queues.map((lists) => lists.map((patterns) => fitsOne(patterns, values)).join(' and ') || 'true')
  return `(${sets.map((set) => `(${set})`).join(' or ') || 'false'})`
}

function fitsOne(patterns: readonly string[], values: Values): string {
  const fits = patterns.flatMap((one) => [fieldOf('queueName', one, values), fieldOf('queue', one, values)])
  return `(${fits.join(' or ') || 'false'})`
}

function fieldOf(field: JobField, given: string, values: Values): string {
  const pattern = storableText(given)
  if (!pattern.includes('*')) return equalTo(field, values.add(pattern))
  return `j.${FIELDS[field]} like ${values.add(pattern.replace(/[\\%_]/g, '\\$&').replaceAll('*', '%'))}`
}

/** Ids and names have an index of their hashes. */
function equalTo(field: JobField, value: string): string {
  const column = `j.${FIELDS[field]}`
  const isHashed = field === 'id' || field === 'name'
  return `${isHashed ? `hashtextextended(${column}, 0) = hashtextextended(${value}::text, 0) and ` : ''}${column} = ${value}`
}

function figureOf({ figure, atLeast, atMost }: Extract<JobCondition, { by: 'figure' }>, values: Values): string {
  const column = `j.${FIGURES[figure]}`
  const bounds = [
    ...(atLeast === null ? [] : [`${column} >= ${values.add(atLeast)}`]),
    ...(atMost === null ? [] : [`${column} <= ${values.add(atMost)}`]),
  ]
  return bounds.join(' and ') || `${column} is not null`
}

function textCheck(conditions: readonly JobCondition[]): Conditions['text'] {
  const phrases = conditions.filter((condition) => condition.by === 'phrase')
  if (phrases.length === 0) return null
  const wanted = phrases.map(({ text, isNot }) => ({ text: storableText(text), isNot }))
  return (text) => fulfilsPhrases(text, wanted)
}
