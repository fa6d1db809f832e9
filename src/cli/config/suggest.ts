const MAX_EDITS = 2

/**
 * @param paths of all fields
 * @param prefix of the fields beside the unknown one, `auth.`
 * @returns the path that an unknown key stands for; null if none is close
 */
export function suggestionFor(key: string, prefix: string, paths: readonly string[]): string | null {
  const wanted = plain(key)
  const beside = paths
    .filter((path) => path.startsWith(prefix))
    .map((path) => path.slice(prefix.length).split(/[.[]/)[0])
  const near = closest(wanted, [...new Set(beside.flatMap((name) => name ?? []))])
  if (near !== null) return prefix + near
  const whole = paths.find((path) => plain(path) === wanted)
  if (whole !== undefined) return whole
  const last = closest(wanted, paths.map(lastOf))
  return paths.find((path) => lastOf(path) === last) ?? null
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1)
}

/** `base-path`, `base_path` and `basePath` are alike. */
function plain(name: string): string {
  return name.replace(/[^a-z\d]/gi, '').toLowerCase()
}

function closest(wanted: string, names: readonly string[]): string | null {
  const ranked = names.map((name) => ({ name, edits: editsBetween(wanted, plain(name)) }))
  const [best] = ranked.sort((a, b) => a.edits - b.edits)
  return best && best.edits <= Math.min(MAX_EDITS, Math.floor(wanted.length / 2)) ? best.name : null
}

/** How many characters differ: Levenshtein's distance. */
function editsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1]
    for (let column = 1; column <= other.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (letter === other[column - 1] ? 0 : 1)
      next.push(Math.min((row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1, replaced))
    }
    row = next
  }
  return row[other.length] ?? 0
}
