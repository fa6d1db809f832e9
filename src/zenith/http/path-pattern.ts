import { readReference } from '../../protocol/index.js'

/** What stands in a path, by the name of its segment; null when a path is another one. */
export type PathMatch = (path: string) => Readonly<Record<string, string>> | null

/** @param path `{name}` stands for a segment */
export function matcherOf(path: string): PathMatch {
  return matcherBy(path, '[^/]+')
}

/**
 * Also matches a job's id whose slashes a proxy has decoded: `jobs/user/42`. Only for what reads, for of merged slashes and
 * resolved dots nothing is left to tell. Null when the path has no such id.
 */
export function looseMatcherOf(path: string): PathMatch | null {
  return path.includes('{job}') ? matcherBy(path, '.+') : null
}

/** @param job pattern of a job's id */
function matcherBy(path: string, job: string): PathMatch {
  const source = path
    .replaceAll('.', '\\.')
    .replace(/\{(\w+)\}/g, (_, name: string) => `(?<${name}>${name === 'job' ? job : '[^/]+'})`)
  const pattern = new RegExp(`^${source}$`)
  return (asked) => {
    const found = pattern.exec(asked)
    return found && readSegments(found.groups ?? {})
  }
}

/**
 * Segments are references only where the first one is. It is a queue's key, which never looks like a reference, so that a job's
 * id in an address of the older form may.
 */
function readSegments(segments: Readonly<Record<string, string>>): Record<string, string> | null {
  const [first = ''] = Object.values(segments)
  const hasReferences = readReference(first) !== null
  const values: Record<string, string> = {}
  for (const [name, segment] of Object.entries(segments)) {
    const value = (hasReferences ? readReference(segment) : null) ?? readEncoded(segment)
    if (value === null) return null
    values[name] = value
  }
  return values
}

/** A segment that is no proper percent-encoding names nothing. */
function readEncoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment)
  } catch {
    return null
  }
}
