/** As PHP's json_encode writes: slashes are escaped, and letters beyond ASCII unless it is told otherwise. */
export function jsonEncode(value: unknown, { unescapedUnicode = false } = {}): string {
  const text = JSON.stringify(value).replaceAll('/', '\\/')
  if (unescapedUnicode) return text
  return text.replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

let last = 0

/** Unix s with a fraction, never twice the same. */
export function microtime(): number {
  last = Math.max(last + 0.0001, Date.now() / 1_000)
  return Number(last.toFixed(4))
}

/** Of a float as text. */
export function phpFloat(value: number): string {
  return String(Number(value.toFixed(4)))
}

/** What an exception is as text: its cause stands before it. */
export function exceptionText(message: string, { kind = 'RuntimeException', cause = '' } = {}): string {
  const before = cause && `LogicException: ${cause} in /app/Stock.php:7\nStack trace:\n#0 {main}\n\nNext `
  return `${before}${kind}: ${message} in /var/www/app/Jobs/SendMail.php:31\nStack trace:\n#0 [internal function]: App\\Jobs\\SendMail->handle()\n#1 {main}`
}

/** A serialized job object, as PHP writes it. */
export function serialized(kind: string, fields: Readonly<Record<string, string>>): string {
  const text = (value: string) => `s:${Buffer.byteLength(value)}:"${value}";`
  const body = Object.entries(fields).map(([key, value]) => text(key) + text(value))
  return `O:${kind.length}:"${kind}":${body.length}:{${body.join('')}}`
}
