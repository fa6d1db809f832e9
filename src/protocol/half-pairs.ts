const HALF = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g

/** Escapes half surrogate pairs in JSON, which UTF-8 can't encode; the escapes mean the same. */
export function escapeHalfPairs(json: string): string {
  return json.replace(HALF, (half) => `\\u${half.charCodeAt(0).toString(16)}`)
}
