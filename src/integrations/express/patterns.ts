/** What is used of a router's layer: Express 4, router 2.0–2.2 and router 2.3 each know something else of its path. */
export interface Layer {
  readonly route?: { readonly path: unknown }
  /** router ≥ 2.3: the path it was registered with. */
  readonly rawPath?: unknown
  /** router 2: it is mounted on `/`. */
  readonly slash?: boolean
  /** router < 2.3. */
  readonly matchers?: readonly { readonly name: string }[]
  /** Express 4. */
  readonly regexp?: RegExp & { fast_slash?: boolean }
}

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
export function mountPattern(layer: Layer, taken: string, params: Record<string, unknown>): string {
  if (layer.rawPath !== undefined) return pathText(layer.rawPath).replace(/\/$/, '')
  const cached = known.get(layer)
  if (cached !== undefined) return cached
  const count = countTextPaths(layer)
  const pattern = count === 0 ? String(layer.regexp ?? '(pattern)') : mask(taken, params)
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

/** Puts the names of parameters where their values are. A value that stands for several segments becomes `*`. */
function mask(taken: string, params: Record<string, unknown>): string {
  const found = Object.entries(params).map(([name, value]) => ({ name, values: String(value).split(/[/,]/) }))
  const segments = taken.split('/').map((segment) => {
    const text = decode(segment)
    if (text === '') return ''
    const by =
      found.find(({ values }) => values.includes(text)) ??
      found.find(({ values }) => values.some((value) => value !== '' && text.includes(value)))
    if (!by) return segment
    return by.values.length > 1 || /^\d+$/.test(by.name) ? '*' : `:${by.name}`
  })
  return segments.join('/').replace(/(\/\*)+/g, '/*')
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
