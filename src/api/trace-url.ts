/** The user's tracer, for the server and the page alike. */

/** What a trace id takes the place of. */
const PLACEHOLDER = '{traceId}'
const MAX_CHARS = 2_048

/**
 * Whether a text is the URL of a tracer: http or https, without a password, and with the placeholder after its host, so that no trace id
 * leads to another server.
 *
 * @example isTraceUrl('https://tracer.example/trace/{traceId}') // true
 */
export function isTraceUrl(template: unknown): template is string {
  if (typeof template !== 'string' || template.length > MAX_CHARS || !template.includes(PLACEHOLDER)) return false
  const [one, other] = [urlOf(template, 'one'), urlOf(template, 'other')]
  if (!one || !other || one.origin !== other.origin) return false
  return /^https?:$/.test(one.protocol) && one.username === '' && one.password === ''
}

/** The URL of a trace; null if the template is no URL of a tracer, or the id would change its path. */
export function traceHref(template: string | undefined, traceId: string): string | null {
  if (!isTraceUrl(template) || /^\.*$/.test(traceId)) return null
  return urlOf(template, traceId)?.href ?? null
}

function urlOf(template: string, traceId: string): URL | null {
  try {
    return new URL(template.replaceAll(PLACEHOLDER, encodeURIComponent(traceId)))
  } catch {
    return null
  }
}
