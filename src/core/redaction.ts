import { decodeSegment } from '../protocol/index.js'
import { cut } from '../protocol/read.js'
import { maskMessage, maskSecrets } from '../redaction/secrets.js'

const MAX_URL_CHARS = 500
const MAX_QUERY_KEYS = 30

/** A request's URL without the values of its query and without its fragment; secrets in the path are masked. */
export function redactUrl(url: string): string {
  const [address = '', query] = (url.length > 8_192 ? url.slice(0, 8_192) : url).split('#', 1)[0]?.split('?', 2) ?? []
  const path = maskEncoded(address)
  if (query === undefined) return cut(path, MAX_URL_CHARS)
  const keys = query.split('&', MAX_QUERY_KEYS).map((pair) => `${cut(maskEncoded(pair.split('=', 1)[0] ?? ''), 64)}=`)
  return cut(`${path}?${keys.join('&')}`, MAX_URL_CHARS)
}

/** Masks also what is seen only when the text is decoded; then it is shown encoded anew. */
function maskEncoded(text: string): string {
  const masked = maskMessage(text)
  const decoded = decodeSegment(masked)
  const clear = decoded === masked ? masked : maskMessage(decoded)
  return clear === decoded ? masked : encodeURI(clear.toWellFormed())
}

/** The request headers that a slow entry may show. */
const ALLOWED_HEADERS = ['accept', 'content-length', 'content-type', 'user-agent'] as const

export function pickHeaders(header: (name: string) => string | undefined): Record<string, string> | null {
  const picked = ALLOWED_HEADERS.flatMap((name) => {
    const value = header(name)
    return value ? [[name, cut(maskMessage(cut(value, 1_000)), 200)]] : []
  })
  return picked.length > 0 ? Object.fromEntries(picked) : null
}

/** An id that came from outside: cut, and masked where it holds a secret. */
export function redactId(id: string | undefined): string | null {
  return id ? cut(maskSecrets(id.slice(0, 1_000)), 128) : null
}
