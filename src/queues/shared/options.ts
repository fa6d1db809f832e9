import { invalidOption } from '../../lib/errors.js'

/** Names of queues, each once, in their order. @throws when they are none */
export function queueNames(source: string, value: unknown): readonly string[] {
  const takes = 'a list of names, at least one'
  if (!Array.isArray(value) || value.length === 0) throw invalidOption(source, 'queues', takes)
  if (!value.every((name) => typeof name === 'string' && name !== '')) throw invalidOption(source, 'queues', takes)
  return Object.freeze([...new Set<string>(value)])
}

/** A text that may be empty. @throws when it is no text */
export function textOption(source: string, option: string, value: unknown): string {
  if (typeof value !== 'string') throw invalidOption(source, option, 'a text')
  return value
}

/** How often something is done, ms. @throws when it is no number of at least `min` */
export function intervalOption(source: string, option: string, value: unknown, min: number): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= min) return value
  throw invalidOption(source, option, `a number of milliseconds, at least ${min}`)
}
