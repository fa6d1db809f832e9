import { globOf } from '../../lib/glob.js'

/**
 * Tells which queues some patterns name, by name or by key; `*` stands for anything.
 *
 * @example matcherOf(['mail-*'])({ name: 'mail-out', key: 'bullmq:1c9f03ab:mail-out' }) // true
 */
export function matcherOf(
  patterns: readonly string[],
): (queue: { readonly name: string; readonly key: string }) => boolean {
  const tests = patterns.map(globOf)
  return ({ name, key }) => tests.some((test) => test(name) || test(key))
}
