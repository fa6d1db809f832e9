/**
 * Compiles a pattern for whole names, in which `*` matches any text. Names come from clients, so the pattern does not become an expression
 * with several `.*`: matching takes time linear in the length of the name.
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

/** The leftmost match of each part leaves the most room for the others. */
function isInOrder(parts: readonly string[], name: string): boolean {
  let from = 0
  for (const part of parts) {
    const at = name.indexOf(part, from)
    if (at === -1) return false
    from = at + part.length
  }
  return true
}

/** Escapes the characters that are special in a regular expression. */
export function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** Escapes the characters that are special in Redis' SCAN patterns. */
export function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]^]/g, '\\$&')
}
