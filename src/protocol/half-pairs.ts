const HALF = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g

/** JSON without half surrogate pairs, which have no UTF-8: each is its escape, which means the same. */
export function escapeHalfPairs(json: string): string {
  return json.replace(HALF, (half) => `\\u${half.charCodeAt(0).toString(16)}`)
}
