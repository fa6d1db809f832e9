import { fold } from '../lib/fold.js'
import type { JobCondition } from '../ports/archive.js'
import { type Chip, chipsOf } from './chips.js'
import { conditionsOf } from './conditions.js'
import { conditionText } from './format.js'
import type { ParsedSearch, SearchProblem } from './search.js'
import { timeOf } from './times.js'

/** Bounds of a search: characters, and conditions that it is read as. */
export const MAX_SEARCH_CHARS = 1_000
export const MAX_CONDITIONS = 50

/**
 * Reads a search such as `email:user@example.com state:failed queue:mail* after:2026-11-20 -locale:de "two words"`. docs/search.md describes
 * the language.
 *
 * @param now Unix ms, for ages such as `after:2h`
 */
export function parseSearch(text: string, now: number): ParsedSearch {
  // Folding makes some characters longer.
  if (text.length > MAX_SEARCH_CHARS || fold(text).length > MAX_SEARCH_CHARS) {
    const message = `A search has at most ${MAX_SEARCH_CHARS.toLocaleString('en')} characters.`
    return { search: null, problems: [{ message, from: Math.min(MAX_SEARCH_CHARS, text.length), to: text.length }] }
  }
  const reading = new Reading(now)
  for (const chip of chipsOf(text)) reading.add(chip)
  return reading.end(text.length)
}

/** Whether a search reads payloads: roles that may not see them may not search them. */
export function needsPayloads(conditions: readonly JobCondition[]): boolean {
  return conditions.some(({ by }) => by === 'term' || by === 'phrase')
}

class Reading {
  readonly #now: number
  readonly #conditions = new Map<string, JobCondition>()
  readonly #problems: SearchProblem[] = []
  #from: number | null = null
  #to: number | null = null

  constructor(now: number) {
    this.#now = now
  }

  add(chip: Chip): void {
    const read = this.#read(chip)
    if (typeof read === 'string') this.#problems.push({ message: read, from: chip.from, to: chip.to })
    else for (const condition of read) this.#conditions.set(conditionText(condition), condition)
  }

  /** @param length of the text */
  end(length: number): ParsedSearch {
    const [from, to, conditions] = [this.#from, this.#to, [...this.#conditions.values()]]
    if (conditions.length > MAX_CONDITIONS) {
      const message = `A search has at most ${MAX_CONDITIONS} conditions, and each word is one: these are ${conditions.length}.`
      this.#problems.push({ message, from: 0, to: length })
    }
    if (from !== null && to !== null && from >= to)
      this.#problems.push({ message: '`after:` has to be earlier than `before:`.', from: 0, to: length })
    if (this.#problems.length > 0) return { search: null, problems: this.#problems }
    return { search: { conditions, from, to }, problems: null }
  }

  #read(chip: Chip): readonly JobCondition[] | string {
    const name = chip.field?.toLowerCase()
    if (chip.isOpen) return 'The closing quote is missing. Within quotes, write `\\"` for a quote.'
    if (chip.value === '') return chip.field === null ? 'The quotes are empty.' : `\`${chip.field}:\` needs a value.`
    return name === 'after' || name === 'before' ? this.#time(name, chip) : conditionsOf(chip)
  }

  #time(name: 'after' | 'before', { value, isNot }: Chip): readonly JobCondition[] | string {
    const at = timeOf(value, this.#now)
    if (at === null)
      return `\`${name}:\` accepts a day (2026-11-20), a time in UTC (2026-11-20T14:00) or an age (30m, 2h, 7d), not \`${value}\`.`
    if ((name === 'after') !== isNot) this.#from = Math.max(this.#from ?? at, at)
    else this.#to = Math.min(this.#to ?? at, at)
    return []
  }
}
