import { fieldsOf, own, readNumber } from '../../protocol/read.js'
import { changeFields } from '../shared/json-fields.js'
import { parseObject } from './payload.js'

export interface RetriedPayload {
  readonly text: string
  readonly tags: readonly string[]
}

/**
 * The payload of a retry as Horizon writes it: a new id, no attempts, a reference to the failed job, the same time until its deadline, and
 * the fields that Horizon adds at each push. All else is unchanged.
 *
 * @param retry its id
 * @param now Unix ms
 * @returns null if the payload cannot be read
 */
export function retriedPayload(text: string, failed: string, retry: string, now: number): RetriedPayload | null {
  const fields = parseObject(text)
  if (!fields) return null
  const tags = tagsIn(own(fields, 'tags'))
  const values = new Map<string, unknown>([
    ['id', retry],
    ['uuid', retry],
    ['attempts', 0],
    ['retry_of', failed],
    ['retryUntil', retryUntil(fields, now)],
    ['type', 'job'],
    // A list remains as written.
    ...(Array.isArray(own(fields, 'tags')) ? [] : [['tags', tags] as const]),
    ...(Object.hasOwn(fields, 'silenced') ? [['silenced', false] as const] : []),
    ['pushedAt', microtime(now)],
  ])
  const set = new Map([...values].map(([key, value]) => [key, JSON.stringify(value)]))
  return { text: changeFields(text, { set }), tags: tags.filter((tag) => typeof tag === 'string') }
}

/** Redis' Lua, which rewrites every payload when a worker takes it, turns an empty list into an object. */
function tagsIn(value: unknown): unknown[] {
  return Array.isArray(value) ? value : Object.values(fieldsOf(value) ?? {})
}

/** Unix s */
function retryUntil(fields: Parameters<typeof readNumber>[0], now: number): number | null {
  const until = readNumber(fields, 'retryUntil') ?? readNumber(fields, 'timeoutAt')
  if (!until) return null
  const pushedAt = readNumber(fields, 'pushedAt') ?? now / 1_000
  return Math.floor(now / 1_000) + Math.ceil(until - pushedAt)
}

/** Unix s with a fraction, as PHP writes it as text. */
export function microtime(now: number): string {
  return (now / 1_000).toFixed(4)
}
