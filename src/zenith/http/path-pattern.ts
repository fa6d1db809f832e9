import { readReference } from '../../protocol/index.js'

/** Values by the name of their segment; null if the path does not match. */
export type PathMatch = (path: string) => Readonly<Record<string, string>> | null

/** @param path `{name}` matches a segment */
export function matcherOf(path: string): PathMatch {
  return matcherBy(path, '[^/]+')
}

/**
 * Also matches a job's id whose slashes a proxy has decoded: `jobs/user/42`. Only for reading, because slashes that the proxy merged and
 * dots that it resolved cannot be recovered. Null if the path has no such id.
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
 * Segments are references only if the first one is. That one is a queue's key, which never looks like a reference, while a job's id in an
 * old address may.
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

/** A segment with invalid percent-encoding matches nothing. */
function readEncoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment)
  } catch {
    return null
  }
}
