import type { Matcher, Params } from './routers.js'

/** A segment that no path has; a word, so that no mark in it ends a parameter: `{-:part}` begins at one. */
const PROBE = 'quasarprobe'

/** So many segments are tried as one optional part. */
const MAX_PART = 4

/** What a path can't be found for. */
const UNTOLD = '(pattern)'

/** What was found does not depend on the request that it was found with. */
const known = new WeakMap<Matcher, string>()

/**
 * The path of a mount in router 2.0–2.2, where functions are all that is left of it: what they make of variations of a path
 * that they took tells the parameters and the optional ones. Optional parts with other text in them stay untold. Other text
 * is what the app wrote, in lower case where case does not matter.
 *
 * @param taken what the mount took of a request's path
 */
export function probedPath(matchers: readonly Matcher[], taken: string): string {
  const matcher = matchers.find((each) => attempt(each, taken))
  if (!matcher || matcher.name === 'regexpMatcher') return UNTOLD
  const found = known.get(matcher) ?? findPath(matcher, taken)
  known.set(matcher, found)
  return found
}

function findPath(matcher: Matcher, taken: string): string {
  const lower = taken.toLowerCase()
  const segments = shortest(matcher, (attempt(matcher, lower) ? lower : taken).split('/').slice(1))
  if (isAcross(attempt(matcher, pathOf(segments)))) return UNTOLD
  const all: string[] = []
  for (let index = 0; index <= segments.length; index++) {
    all.push(...missingAt(matcher, segments, index))
    if (index < segments.length) all.push(segmentText(matcher, segments, index))
  }
  return all.join('')
}

/** The same for all requests, whichever optional parts they have. */
function shortest(matcher: Matcher, segments: readonly string[]): readonly string[] {
  for (let count = 1; count <= Math.min(segments.length, MAX_PART); count++) {
    for (let index = 0; index + count <= segments.length; index++) {
      const shorter = segments.toSpliced(index, count)
      if (attempt(matcher, pathOf(shorter))) return shortest(matcher, shorter)
    }
  }
  return segments
}

/** Whether a wildcard with text on both sides, `/a-*rest-z`, has several segments: which part of them is the app's is not known. */
function isAcross(params: Params | null): boolean {
  return Object.values(params ?? {}).some((value) => Array.isArray(value) && value.length > 1)
}

/** The optional parameters before a segment, or at the end. */
function missingAt(matcher: Matcher, segments: readonly string[], index: number): string[] {
  const names = new Set(namesOf(attempt(matcher, pathOf(segments)), () => true))
  const found: string[] = []
  for (let count = 1; count <= MAX_PART; count++) {
    const longer = segments.toSpliced(index, 0, ...new Array<string>(count).fill(PROBE))
    const added = namesOf(attempt(matcher, pathOf(longer)), isProbe).filter((name) => !names.has(name))
    if (added.length === 0) break
    for (const name of added) names.add(name)
    found.push(...added.map((name) => `{/${name}}`))
  }
  return found
}

function segmentText(matcher: Matcher, segments: readonly string[], index: number): string {
  const changed = attempt(matcher, pathOf(segments.with(index, PROBE)))
  // Whatever stands there is of the client.
  if (changed) return `/${namesOf(changed, isProbe)[0] ?? '*'}`
  return `/${partsOf(matcher, segments, index)}`
}

/** A segment with the names of its parameters in the place of their values: `u-7` → `u-:id`. */
function partsOf(matcher: Matcher, segments: readonly string[], index: number): string {
  const segment = segments[index] as string
  let text = ''
  let from = 0
  for (const [name, value] of Object.entries(attempt(matcher, pathOf(segments)) ?? {})) {
    const place = placeOf(segment, from, Array.isArray(value) ? value[0] : value, (changed) => {
      return isProbe(attempt(matcher, pathOf(segments.with(index, changed)))?.[name])
    })
    if (!place) continue
    text += segment.slice(from, place.start) + nameOf(name, value)
    from = place.end
  }
  return text + segment.slice(from)
}

/** Where a value stands in a segment, however it is encoded there. */
function placeOf(segment: string, from: number, value: unknown, isThere: (changed: string) => boolean) {
  for (let start = from; start < segment.length; start++) {
    for (let end = segment.length; end > start; end--) {
      if (decoded(segment.slice(start, end)) !== value) continue
      if (isThere(segment.slice(0, start) + PROBE + segment.slice(end))) return { start, end }
    }
  }
  return null
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

/** `:name` of a parameter, `*name` of one that takes several segments. */
function namesOf(params: Params | null, isMeant: (value: unknown) => boolean): string[] {
  return Object.entries(params ?? {})
    .filter(([, value]) => value !== undefined && isMeant(value))
    .map(([name, value]) => nameOf(name, value))
}

function nameOf(name: string, value: unknown): string {
  return Array.isArray(value) ? `*${name}` : `:${name}`
}

function isProbe(value: unknown): boolean {
  return Array.isArray(value) ? value.includes(PROBE) : value === PROBE
}

function pathOf(segments: readonly string[]): string {
  return `/${segments.join('/')}`
}

/** The parameters of a path; null when the mount does not take all of it. */
function attempt(matcher: Matcher, path: string): Params | null {
  try {
    const found = matcher(path)
    return found && found.path.length >= path.replace(/\/+$/, '').length ? found.params : null
  } catch {
    return null
  }
}
