import { MAX_MESSAGE_CHARS, MAX_NAME_CHARS, MAX_STACK_CHARS, PROTOCOL_VERSION } from './limits.js'
import { type Fields, own, readObject, readText, readTime } from './read.js'

export const EXCEPTION_KINDS = ['request', 'job', 'custom', 'uncaught'] as const
export type ExceptionKind = (typeof EXCEPTION_KINDS)[number]

/** One exception. */
export interface ExceptionRecord {
  v: typeof PROTOCOL_VERSION
  id: string
  kind: ExceptionKind
  /** The error's class, `TypeError`. */
  name: string
  message: string
  /** At most 8 KiB. */
  stack: string | null
  /** Equal for errors of one origin, which form a group. */
  fingerprint: string
  /** True for an attempt that will be retried, and for errors that the app caught and reported itself. */
  handled: boolean
  service: string
  node: string
  route: string | null
  queue: string | null
  /** Path of the field in a GraphQL response that failed, `user.posts.0.title`; null when the whole request failed. */
  path: string | null
  requestId: string | null
  traceId: string | null
  /** Unix ms. */
  ts: number
}

/**
 * Encodes a member of `errors:{service}`.
 *
 * @param clockAhead see `readClockAhead`; null when the time is by the node's own clock
 */
export function encodeException(record: ExceptionRecord, clockAhead: number | null = null): string {
  return JSON.stringify(clockAhead === null ? record : { ...record, clockAhead })
}

/** @returns null when the text is not an exception: not JSON, or without a name or message, a service or a time */
export function parseException(text: unknown, from: { service?: string; ts?: number } = {}): ExceptionRecord | null {
  const fields = readObject(text)
  return fields && exceptionOfFields(fields, from)
}

/** Like {@link parseException}, for parsed JSON. */
export function exceptionOfFields(
  fields: Fields,
  from: { service?: string; ts?: number } = {},
): ExceptionRecord | null {
  const service = readText(fields, 'service', MAX_NAME_CHARS) ?? from.service
  const ts = readTime(fields, 'ts') ?? readTime(fields, 'timestamp') ?? from.ts
  const message = readText(fields, 'message', MAX_MESSAGE_CHARS) ?? ''
  const name = readText(fields, 'name', MAX_NAME_CHARS) ?? (message ? 'Error' : null)
  if (!name || !service || ts === undefined) return null
  return {
    v: PROTOCOL_VERSION,
    id: readText(fields, 'id', MAX_NAME_CHARS) ?? `${ts}:${name}:${message}`,
    kind: EXCEPTION_KINDS.find((kind) => kind === own(fields, 'kind')) ?? 'custom',
    name,
    message,
    stack: readText(fields, 'stack', MAX_STACK_CHARS),
    fingerprint: readText(fields, 'fingerprint', MAX_NAME_CHARS) ?? `${name}:${message}`,
    handled: own(fields, 'handled') === true,
    service,
    node: readText(fields, 'node', MAX_NAME_CHARS) ?? '',
    route: readText(fields, 'route', MAX_NAME_CHARS),
    queue: readText(fields, 'queue', MAX_NAME_CHARS),
    path: readText(fields, 'path', MAX_NAME_CHARS),
    requestId: readText(fields, 'requestId', MAX_NAME_CHARS),
    traceId: readText(fields, 'traceId', MAX_NAME_CHARS),
    ts,
  }
}
