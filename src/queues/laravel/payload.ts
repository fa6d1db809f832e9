import { type Fields, fieldsOf, readNumber, readText } from '../../protocol/read.js'

const MAX_NAME_CHARS = 300

/** What a payload says of its job. Times: Unix ms. */
export interface Payload {
  readonly id: string
  readonly name: string
  readonly attempts: number | null
  readonly maxTries: number | null
  /** When it was pushed last, or made. */
  readonly addedAt: number | null
  /** Since when it may have waited. */
  readonly waitsSince: number | null
  readonly fields: Fields
}

/**
 * Null for what tells nothing: a serializer or a compression of the app's Redis client makes other things of payloads than
 * JSON.
 */
export function readPayload(text: string): Payload | null {
  const fields = parseObject(text)
  if (!fields) return null
  const id = readText(fields, 'uuid', MAX_NAME_CHARS) ?? readText(fields, 'id', MAX_NAME_CHARS)
  if (id === null) return null
  const addedAt = addedAtOf(fields)
  return {
    id,
    name: readText(fields, 'displayName', MAX_NAME_CHARS) ?? readText(fields, 'job', MAX_NAME_CHARS) ?? '(no name)',
    attempts: readNumber(fields, 'attempts'),
    maxTries: readNumber(fields, 'maxTries'),
    addedAt,
    waitsSince: addedAt === null ? null : addedAt + delayOf(fields),
    fields,
  }
}

/** No bound on its length: what is too long was not asked for. */
export function parseObject(text: string): Fields | null {
  try {
    return fieldsOf(JSON.parse(text))
  } catch {
    return null
  }
}

/**
 * Horizon's `pushedAt` is exact and new for a retry, whose `createdAt` is still that of the job that failed. Laravel writes
 * `createdAt` since version 12. Both in seconds.
 */
function addedAtOf(fields: Fields): number | null {
  const seconds = readNumber(fields, 'pushedAt') ?? readNumber(fields, 'createdAt')
  return seconds === null ? null : Math.round(seconds * 1_000)
}

/** A job that was pushed for later has not waited until then; a released one keeps its first delay. */
function delayOf(fields: Fields): number {
  const delay = readNumber(fields, 'delay')
  return delay !== null && delay > 0 && readNumber(fields, 'attempts') === 0 ? delay * 1_000 : 0
}
