/**
 * Compiles a pattern for whole names, in which `*` stands for anything. Names come from clients, so no expression with several
 * `.*` is built of it: the time is linear in the length of the name.
 *
 * @example globOf('mail-*')('mail-out') // true
 */
export function globOf(pattern: string): (name: string) => boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return (name) => name === pattern
  const fixed = first.length + last.length
  return (name) => {
    if (name.length < fixed || !name.startsWith(first) || !name.endsWith(last)) return false
    return isInOrder(rest, name.slice(first.length, name.length - last.length))
  }
}

/** The leftmost place of each part leaves the most room for the others. */
function isInOrder(parts: readonly string[], name: string): boolean {
  let from = 0
  for (const part of parts) {
    const at = name.indexOf(part, from)
    if (at === -1) return false
    from = at + part.length
  }
  return true
}

/** Makes the characters of a regular expression stand for themselves. */
export function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** Makes the characters of Redis' SCAN patterns stand for themselves. */
export function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]^]/g, '\\$&')
}
