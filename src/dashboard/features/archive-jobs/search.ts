import { type Chip, chipsOf } from '../../../search/chips.js'
import { conditionText } from '../../../search/format.js'
import { needsPayloads, parseSearch } from '../../../search/language.js'
import type { SearchProblem } from '../../../search/search.js'

/** A facet by its field in the language. */
export const FACET_FIELDS = { state: 'outcome', queue: 'queueName', name: 'name', service: 'service' } as const
export type FacetField = keyof typeof FACET_FIELDS

/** What stands between a search and its answer; null if nothing does. */
export interface Obstacle {
  /** With the parts of the search that each is about. */
  readonly problems: readonly SearchProblem[]
  /** Whether it is that the role may not see payloads. */
  readonly isForbidden: boolean
}

/** @param payloads whether the reader may see payloads @param now Unix ms */
export function obstacleOf(text: string, payloads: boolean, now: number): Obstacle | null {
  const { problems } = parseSearch(text, now)
  if (problems) return { problems, isForbidden: false }
  if (payloads) return null
  const forbidden = chipsOf(text).filter((chip) => readsPayloads(chip, now))
  if (forbidden.length === 0) return null
  return {
    isForbidden: true,
    problems: forbidden.map(({ from, to }) => ({
      from,
      to,
      message: 'Looks into payloads, which your role can’t see.',
    })),
  }
}

function readsPayloads({ text }: Chip, now: number): boolean {
  return needsPayloads(parseSearch(text, now).search?.conditions ?? [])
}

/** One condition in the language: `queue:"my queue"`. */
export function fieldText(field: FacetField, value: string): string {
  return conditionText({ by: 'field', field: FACET_FIELDS[field], pattern: value, isNot: false })
}

/** A search with one more condition, in place of another of the same field. */
export function withField(text: string, field: FacetField, value: string): string {
  const others = chipsOf(text).filter((chip) => chip.isNot || chip.field?.toLowerCase() !== field)
  return [...others.map((chip) => chip.text), fieldText(field, value)].join(' ')
}

/** The values that a search asks of a field. */
export function valuesOf(text: string, field: FacetField): readonly string[] {
  const chips = chipsOf(text).filter((chip) => !chip.isNot && chip.field?.toLowerCase() === field)
  return chips.map(({ value }) => value)
}

/** The one that is being typed at the end of a search, if its field has few values: what may stand there. */
export function openField(
  text: string,
): { readonly field: FacetField; readonly typed: string; readonly before: string } | null {
  const last = chipsOf(text).at(-1)
  const field = last?.field?.toLowerCase() ?? ''
  if (!last || last.to !== text.length || !Object.hasOwn(FACET_FIELDS, field)) return null
  const before = `${text.slice(0, last.from)}${last.isNot ? '-' : ''}`
  return { field: field as FacetField, typed: last.value, before }
}

const OF_THE_ARCHIVE: ReadonlySet<string> = new Set([
  ...['state', 'queue', 'queue-key', 'service', 'run', 'wait', 'attempt', 'after', 'before'],
])

/** The longest plain text of a search: live jobs are searched by one text. Empty without one. */
export function liveTextOf(text: string): string {
  const wanted = chipsOf(text).filter(({ isNot, field }) => !isNot && !OF_THE_ARCHIVE.has(field?.toLowerCase() ?? ''))
  const texts = wanted.map(({ value, isQuoted }) => (isQuoted ? value : value.replaceAll('*', '')))
  return texts.reduce((longest, one) => (one.length > longest.length ? one : longest), '').slice(0, 200)
}
