import { globOf } from '../../lib/glob.js'
import type { ArchivedJobFilter, JobCondition, JobField, JobFigure, QueueSet } from '../../ports/index.js'
import type { SqlValue } from '../../sql/sqlite/binding.js'
import { storableText } from '../shared/texts.js'
import type { Day } from './day.js'
import { matchTerm } from './terms.js'
import { OUTCOMES } from './write-jobs.js'

/** SQL with its values. */
export interface Sql {
  readonly text: string
  readonly values: readonly SqlValue[]
}

type Condition<By extends JobCondition['by']> = Extract<JobCondition, { by: By }>

/** The conditions of a filter, by where they are checked. */
export interface Plan {
  readonly from: number
  readonly to: number
  /** Of the row: fields and figures. */
  readonly rows: readonly (Condition<'field'> | Condition<'figure'>)[]
  /** Of the queue, too. */
  readonly only: readonly QueueSet[]
  /** FTS5 expression of what has to match; null for nothing. */
  readonly match: string | null
  /** FTS5 expression of what may not match; null for nothing. */
  readonly noMatch: string | null
  readonly hasPrefix: boolean
  readonly phrases: readonly Condition<'phrase'>[]
  /** Whether a job has to have any term; null if that does not matter. */
  readonly hasTerms: boolean | null
  /** Whether no job can fulfil the conditions. */
  readonly isEmpty: boolean
}

export function planOf({ from, to, conditions, only = [] }: ArchivedJobFilter): Plan {
  const all = conditions.map(storable)
  const terms = all.filter((one) => one.by === 'term')
  const wanted = terms.filter(({ isNot }) => !isNot)
  const unwanted = terms.filter(({ isNot }) => isNot)
  const wantsAny = wanted.some(isAny)
  const wantsNone = unwanted.some(isAny)
  return {
    from,
    to,
    rows: all.filter((one) => one.by === 'field' || one.by === 'figure'),
    only,
    match: expression(wanted, 'AND'),
    noMatch: expression(unwanted, 'OR'),
    hasPrefix: terms.some(({ isPrefix }) => isPrefix),
    phrases: all.filter((one) => one.by === 'phrase'),
    hasTerms: wantsAny ? true : wantsNone ? false : null,
    // No job has an empty term.
    isEmpty: (wantsAny && wantsNone) || wanted.some(({ term, isPrefix }) => term === '' && !isPrefix),
  }
}

/** Every term begins with nothing. */
function isAny({ term, isPrefix }: Condition<'term'>): boolean {
  return term === '' && isPrefix
}

function storable(condition: JobCondition): JobCondition {
  if (condition.by === 'term') return { ...condition, term: storableText(condition.term) }
  if (condition.by === 'phrase') return { ...condition, text: storableText(condition.text) }
  return condition.by === 'field' ? { ...condition, pattern: storableText(condition.pattern) } : condition
}

function expression(terms: readonly Condition<'term'>[], operator: string): string | null {
  const texts = terms.filter(({ term }) => term !== '').map(({ term, isPrefix }) => matchTerm(term, isPrefix))
  return texts.length === 0 ? null : texts.join(` ${operator} `)
}

/** Conditions of the row on a day; null when no job of the day can fulfil them. */
export function rowConditions(day: Day, plan: Plan): Sql | null {
  const parts = plan.rows.map((condition) =>
    condition.by === 'figure' ? figureCondition(condition) : fieldCondition(day, condition),
  )
  if (plan.rows.some(({ isNot }, index) => !isNot && parts[index]?.text === NEVER)) return null
  const all = [...parts, ...plan.only.map((queues) => queueCondition(day, queues))]
  return {
    text: all.map(({ text }) => ` AND ${text}`).join(''),
    values: all.flatMap(({ values }) => values),
  }
}

/** Patterns are of few words, and are checked on each row. */
function queueCondition(day: Day, queues: QueueSet): Sql {
  return joined(
    'OR',
    queues.map((lists) =>
      joined(
        'AND',
        lists.map((patterns) => patternsCondition(day, patterns)),
        '1',
      ),
    ),
    NEVER,
  )
}

function patternsCondition(day: Day, patterns: readonly string[]): Sql {
  const fits = patterns
    .map(storableText)
    .flatMap((pattern) => [labelCondition(day, 'queueName', pattern), labelCondition(day, 'queue', pattern)])
  return joined('OR', fits, NEVER)
}

function joined(operator: string, parts: readonly Sql[], none: string): Sql {
  if (parts.length === 0) return { text: none, values: [] }
  return {
    text: `(${parts.map(({ text }) => text).join(` ${operator} `)})`,
    values: parts.flatMap(({ values }) => values),
  }
}

const NEVER = '0'
const COLUMNS: Readonly<Record<JobField, string>> = {
  outcome: 'j.outcome',
  queueName: 'j.queue_name',
  queue: 'j.queue',
  name: 'j.name',
  service: 'j.service',
  id: 'j.job',
}
const FIGURES: Readonly<Record<JobFigure, string>> = { runMs: 'j.run', waitMs: 'j.wait', attempt: 'j.attempt' }

function fieldCondition(day: Day, { field, pattern, isNot }: Condition<'field'>): Sql {
  const condition = field === 'id' ? idCondition(pattern) : labelCondition(day, field, pattern)
  return isNot ? { text: `NOT coalesce(${condition.text}, 0)`, values: condition.values } : condition
}

/** All queues of the day are named, so that the index by queue and id answers. */
function idCondition(pattern: string): Sql {
  if (pattern.includes('*')) return { text: 'j.job GLOB ?', values: [escapeGlob(pattern)] }
  return { text: '(j.job = ? AND j.queue IN (SELECT queue FROM tally))', values: [pattern] }
}

function labelCondition(day: Day, field: Exclude<JobField, 'id'>, pattern: string): Sql {
  const column = COLUMNS[field]
  if (field === 'outcome') {
    const isMatch = globOf(pattern)
    return oneOf(
      column,
      [...OUTCOMES.keys()].filter((code) => isMatch(OUTCOMES[code] ?? '')),
    )
  }
  if (!pattern.includes('*')) {
    const id = day.labelId(pattern)
    return oneOf(column, id === null ? [] : [id])
  }
  const glob = escapeGlob(pattern)
  if (!day.db.get('SELECT 1 FROM labels WHERE value GLOB ? LIMIT 1', [glob])) return oneOf(column, [])
  return { text: `${column} IN (SELECT id FROM labels WHERE value GLOB ?)`, values: [glob] }
}

/** Codes of ours, which are written as they are: SQLite can then use an index of failed attempts. */
function oneOf(column: string, codes: readonly number[]): Sql {
  if (codes.length === 0) return { text: NEVER, values: [] }
  return { text: codes.length === 1 ? `${column} = ${codes[0]}` : `${column} IN (${codes.join()})`, values: [] }
}

function figureCondition({ figure, atLeast, atMost, isNot }: Condition<'figure'>): Sql {
  const column = FIGURES[figure]
  const parts = [`${column} IS NOT NULL`]
  if (atLeast !== null) parts.push(`${column} >= ?`)
  if (atMost !== null) parts.push(`${column} <= ?`)
  return {
    text: `${isNot ? 'NOT ' : ''}(${parts.join(' AND ')})`,
    values: [atLeast, atMost].filter((bound) => bound !== null),
  }
}

/** Only `*` is special. */
function escapeGlob(pattern: string): string {
  return pattern.replace(/[?[]/g, '[$&]')
}
