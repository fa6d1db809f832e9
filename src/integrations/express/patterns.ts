/** What is used of a router's layer: Express 4, router 2.0–2.2 and router 2.3 each know something else of its path. */
export interface Layer {
  readonly route?: { readonly path: unknown }
  /** router ≥ 2.3: the path it was registered with. */
  readonly rawPath?: unknown
  /** router 2: it is mounted on `/`. */
  readonly slash?: boolean
  /** router < 2.3. */
  readonly matchers?: readonly ((path: string) => { readonly params: Params } | false)[]
  /** Express 4. */
  readonly regexp?: RegExp & { fast_slash?: boolean }
  readonly keys?: readonly { readonly name: string | number }[]
}

type Params = Readonly<Record<string, unknown>>

/** How Express 4 ends the expression of a mount path that was given as text. */
const TEXT_PATH_END = '\\/?(?=\\/|$)'

const known = new WeakMap<Layer, string>()

/** @param path a text, an expression, or an array of them */
export function pathText(path: unknown): string {
  return Array.isArray(path) ? path.map(pathText).join('|') : String(path)
}

/**
 * The pattern that a layer is mounted on, `/t/:tenant`.
 *
 * @param taken what it took of this request's URL, `/t/acme`
 * @param params the values it found in it, `{ tenant: 'acme' }`
 */
export function mountPattern(layer: Layer, taken: string, params: Params): string {
  if (layer.rawPath !== undefined) return pathText(layer.rawPath).replace(/\/$/, '')
  const cached = known.get(layer)
  if (cached !== undefined) return cached
  const count = countTextPaths(layer)
  const pattern = count === 0 ? String(layer.regexp ?? '(pattern)') : mask(layer, taken, params)
  // With several paths each request may have come by another one.
  if (count <= 1) known.set(layer, pattern)
  return pattern
}

/** How many paths a layer has; 0 when one of them is no text, so that what it took may be anything. */
function countTextPaths({ regexp, matchers = [] }: Layer): number {
  if (!regexp) return matchers.some(({ name }) => name === 'regexpMatcher') ? 0 : matchers.length
  const paths = regexp.source.split('|^')
  return paths.every((path) => path.endsWith(TEXT_PATH_END)) ? paths.length : 0
}

/** Something that no path has in it. */
const PROBE = 'quasar-probe'

/** Puts the names of parameters where their values are. */
function mask(layer: Layer, taken: string, params: Params): string {
  const segments = taken.split('/')
  // What may be anything is a parameter; a literal is not, even when it has a parameter's text.
  const names = segments.map((segment, index) => segment && nameIn(match(layer, segments.with(index, PROBE)), PROBE))
  // A parameter that takes digits only, or a part of a segment, is none that may be anything.
  const others = Object.fromEntries(Object.entries(params).filter(([name]) => !names.includes(textOf(name, ''))))
  const masked = segments.map((segment, index) => names[index] || nameIn(others, decode(segment)) || segment)
  return masked.join('/').replace(/(\/\*)+/g, '/*')
}

/** What a layer finds in another path; nothing when it does not take it. */
function match({ regexp, keys = [], matchers = [] }: Layer, segments: readonly string[]): Params {
  const path = segments.join('/')
  if (!regexp) return matchers.map((matcher) => matcher(path)).find((found) => found !== false)?.params ?? {}
  const found = regexp.exec(path)
  return found ? Object.fromEntries(keys.map(({ name }, index) => [name, found[index + 1]])) : {}
}

/** `:name` of the parameter whose value is in a segment, `*` when it has no name or several segments; else ''. */
function nameIn(params: Params, segment: string): string {
  const by = Object.entries(params).find(([, value]) => {
    return [value].flat().some((part) => typeof part === 'string' && part !== '' && segment.includes(part))
  })
  return by ? textOf(...by) : ''
}

function textOf(name: string, value: unknown): string {
  return /^\d+$/.test(name) || Array.isArray(value) ? '*' : `:${name}`
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
