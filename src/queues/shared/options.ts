import { invalidOption } from '../../lib/errors.js'

/** Names of queues, without duplicates, in their order. @throws if they are invalid */
export function queueNames(source: string, value: unknown): readonly string[] {
  const takes = 'a list of names, at least one'
  if (!Array.isArray(value) || value.length === 0) throw invalidOption(source, 'queues', takes)
  if (!value.every((name) => typeof name === 'string' && name !== '')) throw invalidOption(source, 'queues', takes)
  return Object.freeze([...new Set<string>(value)])
}

/** A string, which may be empty. @throws if it is no string */
export function textOption(source: string, option: string, value: unknown): string {
  if (typeof value !== 'string') throw invalidOption(source, option, 'a text')
  return value
}

/** An interval, ms. @throws if it is no number, or less than `min` */
export function intervalOption(source: string, option: string, value: unknown, min: number): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= min) return value
  throw invalidOption(source, option, `a number of milliseconds, at least ${min}`)
}
