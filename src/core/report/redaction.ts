import { cut } from '../../protocol/read.js'
import { maskMessage, maskSecrets } from '../../redaction/secrets.js'
import { maskedWithin } from '../../redaction/within.js'

const MAX_URL_CHARS = 500
const MAX_QUERY_CHARS = 8_192
const MAX_QUERY_KEYS = 30
const MAX_QUERY_KEY_CHARS = 64
const MAX_HEADER_CHARS = 200
const MAX_ID_CHARS = 128

/** A request's URL without the values of its query and without its fragment; secrets in the path are masked. */
export function redactUrl(url: string): string {
  const [address = '', query] = url.split('#', 1)[0]?.split('?', 2) ?? []
  const path = maskedWithin(address, MAX_URL_CHARS, maskEncoded)
  if (query === undefined) return path
  return cut(`${path}?${namesIn(query).map(maskedName).join('&')}`, MAX_URL_CHARS)
}

/** The parameter names in the beginning of a query, each whole. */
function namesIn(query: string): string[] {
  const pairs = query.slice(0, MAX_QUERY_CHARS).split('&', MAX_QUERY_KEYS)
  const isCut = query.length > MAX_QUERY_CHARS && pairs.length < MAX_QUERY_KEYS && !pairs.at(-1)?.includes('=')
  return (isCut ? pairs.slice(0, -1) : pairs).map((pair) => pair.split('=', 1)[0] ?? '')
}

function maskedName(name: string): string {
  return `${maskedWithin(name, MAX_QUERY_KEY_CHARS, maskEncoded)}=`
}

/** Also masks secrets that appear only in the decoded text; the result is encoded again then. */
function maskEncoded(text: string): string {
  const decoded = decodeAll(text)
  const clear = maskMessage(decoded)
  return maskMessage(clear === decoded ? text : encodeURI(clear.toWellFormed()))
}

/** Decodes all parts that are valid: a stray `%` hides nothing. */
function decodeAll(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString())
}

/** Request headers that a slow entry may have. */
const ALLOWED_HEADERS = ['accept', 'content-length', 'content-type', 'user-agent'] as const

export function pickHeaders(header: (name: string) => string | undefined): Record<string, string> | null {
  const picked = ALLOWED_HEADERS.flatMap((name) => {
    const value = header(name)
    return value ? [[name, maskedWithin(value, MAX_HEADER_CHARS)]] : []
  })
  return picked.length > 0 ? Object.fromEntries(picked) : null
}

/** An id from outside: truncated, and masked where it has a secret. */
export function redactId(id: string | undefined): string | null {
  return id ? maskedWithin(id, MAX_ID_CHARS, maskSecrets) : null
}
