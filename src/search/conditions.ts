import { fold } from '../lib/fold.js'
import type { AttemptOutcome, JobCondition, JobField } from '../ports/archive.js'
import type { Chip } from './chips.js'
import { fieldOf } from './fields.js'
import { FIGURES, figureOf } from './figures.js'
import { type WantedWord, wantedParts, wantedWhole } from './words.js'

/** Fields of a job in the language; any other field is one of the payload. */
export const FIELDS: Readonly<Record<string, JobField>> = {
  state: 'outcome',
  queue: 'queueName',
  'queue-key': 'queue',
  name: 'name',
  service: 'service',
  id: 'id',
}
/** Before the name of a payload's field that a job has, too: `payload.name:ada`. */
export const OF_PAYLOAD = 'payload.'

const OUTCOMES: readonly string[] = ['completed', 'failed', 'retried'] satisfies readonly AttemptOutcome[]

/** Reads one condition of a search, other than a time. @returns what it asks for, or what is wrong with it */
export function conditionsOf(chip: Chip): readonly JobCondition[] | string {
  const { field, value, isQuoted, isNot } = chip
  if (field === null) return isQuoted ? ofQuoted(value, isNot) : ofWord(value, isNot)
  const name = field.toLowerCase()
  if (Object.hasOwn(FIGURES, name)) return figureOf(name, value, isNot)
  if (name === 'state') return ofState(value, isNot)
  if (Object.hasOwn(FIELDS, name)) return [{ by: 'field', field: FIELDS[name] as JobField, pattern: value, isNot }]
  return ofPayload(name.startsWith(OF_PAYLOAD) ? field.slice(OF_PAYLOAD.length) : field, chip)
}

function ofState(value: string, isNot: boolean): readonly JobCondition[] | string {
  const pattern = value.toLowerCase()
  if (OUTCOMES.includes(pattern)) return [{ by: 'field', field: 'outcome', pattern, isNot }]
  return `\`state:\` accepts completed, failed or retried, not \`${value}\`.`
}

function ofWord(value: string, isNot: boolean): readonly JobCondition[] | string {
  const wanted = wantedOf(value, false)
  if (typeof wanted === 'string') return wanted
  if (!isNot || wanted.length === 1) return wanted.map((word) => term('', word, isNot))
  if (value.endsWith('*')) return `\`-${value}\` is several words: leave out \`*\`, or exclude one of them.`
  return [{ by: 'phrase', text: value.toLowerCase(), isNot }]
}

/** The words of a phrase narrow down which payloads are read. */
function ofQuoted(value: string, isNot: boolean): readonly JobCondition[] | string {
  const text = value.trim().toLowerCase()
  if (text === '') return 'The quotes are empty.'
  const folded = fold(text)
  const terms = wantedParts(folded).map((word) => term('', word, isNot))
  if (terms.length === 1 && terms[0]?.term === folded) return terms
  return [...(isNot ? [] : terms), { by: 'phrase', text, isNot }]
}

function ofPayload(written: string, { value, isNot, isQuoted }: Chip): readonly JobCondition[] | string {
  const field = fieldOf(written)
  if (field === '') return '`payload.` needs the name of a field: `payload.name:ada`.'
  if (!isQuoted && /^[<>]/.test(value))
    return `\`${written}:\` is a field of payloads, which can't be compared: it accepts words. \`run:\`, \`wait:\` and \`attempt:\` can be.`
  const wanted = wantedOf(value, isQuoted)
  if (typeof wanted === 'string') return wanted
  if (isNot && wanted.length > 1) return `\`-${written}:\` accepts one word, not \`${value}\`.`
  return wanted.map((word) => term(`${field}=`, word, isNot))
}

/** @param isQuoted whether a star is no wildcard */
function wantedOf(value: string, isQuoted: boolean): readonly WantedWord[] | string {
  const isPrefix = !isQuoted && value.endsWith('*')
  const text = isPrefix ? value.slice(0, -1) : value
  if (!isQuoted && text.includes('*')) return `\`*\` can only end a word, and not in \`${value}\`: \`ord*\`.`
  const wanted = wantedWhole(fold(text), isPrefix)
  return wanted.length > 0
    ? wanted
    : `\`${value}\` has no letter and no digit. Text in quotes may consist of signs: \`"%"\`.`
}

function term(before: string, { word, isPrefix }: WantedWord, isNot: boolean): JobCondition & { readonly by: 'term' } {
  return { by: 'term', term: before + word, isPrefix, isNot }
}
