import type { StoreRecord } from '../../ports/index.js'
import { maskedWithin } from '../../redaction/within.js'
import type { Redact } from '../options/options.js'

type Fields = Record<string, unknown>

/** Fields that identify a record and its origin: `redact` can't change them. */
const FIXED = new Set([
  'v',
  'id',
  'kind',
  'service',
  'node',
  'ts',
  'fingerprint',
  'durationMs',
  'thresholdMs',
  'handled',
])

/**
 * Lets the app's `redact` remove more from a record. It gets a copy that is already masked. It may remove fields or replace their text;
 * other additions and changes are ignored.
 *
 * @returns null when `redact` drops the record
 * @throws the error of `redact`
 */
export function narrowRecord<T extends StoreRecord['record']>(record: T, redact: Redact): T | null {
  const wanted = redact(structuredClone(record) as unknown as Fields)
  if (wanted === null || typeof wanted !== 'object') return null
  return narrow(record as unknown as Fields, wanted) as unknown as T
}

function narrow(original: Fields, wanted: Fields): Fields {
  const entries = Object.entries(original).map(([key, value]) => {
    if (FIXED.has(key)) return [key, value]
    return [key, narrowValue(value, Object.hasOwn(wanted, key) ? wanted[key] : null)]
  })
  return Object.fromEntries(entries)
}

function narrowValue(original: unknown, wanted: unknown): unknown {
  if (typeof original === 'string') return typeof wanted === 'string' ? narrowText(original, wanted) : ''
  if (typeof original === 'object' && original !== null) {
    return typeof wanted === 'object' && wanted !== null ? narrow(original as Fields, wanted as Fields) : null
  }
  return wanted === original ? original : null
}

/** New text is masked like any other, so that `redact` can't bring a secret back. */
function narrowText(original: string, wanted: string): string {
  return wanted === original ? original : maskedWithin(wanted, Math.max(original.length, 40))
}
