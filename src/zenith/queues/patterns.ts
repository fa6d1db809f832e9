/**
 * Tells which queues some patterns name, by name or by key; `*` stands for anything.
 *
 * @example matcherOf(['mail-*'])({ name: 'mail-out', key: 'bullmq:1c9f03ab:mail-out' }) // true
 */
export function matcherOf(
  patterns: readonly string[],
): (queue: { readonly name: string; readonly key: string }) => boolean {
  const tests = patterns.map((pattern) => {
    const parts = pattern.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    return new RegExp(`^${parts.join('.*')}$`, 's')
  })
  return ({ name, key }) => tests.some((test) => test.test(name) || test.test(key))
}
