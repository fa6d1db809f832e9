import type { Matcher, Params } from './internals.js'

/** A segment that no path has. */
const PROBE = 'quasar-probe'

/**
 * The path of a mount in router 2.0–2.2, where functions are all that is left of it: what they make of variations of a path
 * that they took tells the parameters and the optional parts. Other text is what the app wrote, in lower case where case
 * does not matter.
 *
 * @param taken what the mount took of a request's path
 */
export function probedPath(matchers: readonly Matcher[], taken: string): string {
  const matcher = matchers.find((each) => attempt(each, taken))
  if (!matcher || matcher.name === 'regexpMatcher') return '(pattern)'
  const lower = taken.toLowerCase()
  const segments = (attempt(matcher, lower) ? lower : taken).split('/').slice(1)
  const texts = segments.map((_, index) => segmentText(matcher, segments, index))
  return withMissing(matcher, segments, texts)
    .join('')
    .replace(/(\{?\/\*\w+\}?)\1+/g, '$1')
}

function segmentText(matcher: Matcher, segments: readonly string[], index: number): string {
  const name = nameOf(attempt(matcher, pathOf(segments.with(index, PROBE))))
  if (name) return isLeftOut(matcher, segments, index, name) ? `{/${name}}` : `/${name}`
  return `/${partsOf(matcher, segments, index)}`
}

/** Whether a path without the segment is taken, too, and lacks its parameter. */
function isLeftOut(matcher: Matcher, segments: readonly string[], index: number, name: string): boolean {
  const found = attempt(matcher, pathOf(segments.toSpliced(index, 1)))
  return found !== null && !(name.slice(1) in found)
}

/** A segment with the names of its parameters in the place of their values: `u-7` → `u-:id`. */
function partsOf(matcher: Matcher, segments: readonly string[], index: number): string {
  let text = segments[index] as string
  const values = Object.entries(attempt(matcher, pathOf(segments)) ?? {})
  for (const [name, value] of values) {
    for (const part of [encodeURIComponent(String(value)), String(value)]) {
      const at = text.indexOf(part)
      if (at === -1 || part === '') continue
      const probed = (segments[index] as string).replace(part, PROBE)
      if (attempt(matcher, pathOf(segments.with(index, probed)))?.[name] !== PROBE) continue
      text = `${text.slice(0, at)}:${name}${text.slice(at + part.length)}`
      break
    }
  }
  return text
}

/** Adds the optional parameters that this path does not have. */
function withMissing(matcher: Matcher, segments: readonly string[], texts: readonly string[]): string[] {
  const known = attempt(matcher, pathOf(segments)) ?? {}
  const all: string[] = []
  for (let index = 0; index <= segments.length; index++) {
    const name = nameOf(attempt(matcher, pathOf(segments.toSpliced(index, 0, PROBE))))
    if (name && !(name.slice(1) in known)) all.push(`{/${name}}`)
    if (texts[index] !== undefined) all.push(texts[index] as string)
  }
  return all
}

/** `:name` of the parameter that has the probe for its value, `*name` for one that takes several segments. */
function nameOf(params: Params | null): string {
  for (const [name, value] of Object.entries(params ?? {})) {
    if (Array.isArray(value) ? value.includes(PROBE) : value === PROBE)
      return Array.isArray(value) ? `*${name}` : `:${name}`
  }
  return ''
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
