import { type Fields, fieldsOf, readNumber, readText } from '../../protocol/read.js'

const MAX_NAME_CHARS = 300

/** Fields of a job's payload. Times are Unix ms. */
export interface Payload {
  readonly id: string
  readonly name: string
  readonly attempts: number | null
  readonly maxTries: number | null
  /** When it was last pushed, or else created. */
  readonly addedAt: number | null
  /** The earliest start of its wait. */
  readonly waitsSince: number | null
  readonly fields: Fields
}

/** Null if unreadable: a serializer or compression in the app's Redis client writes payloads in other formats than JSON. */
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

/** Without a limit on length: texts that are too long were not read at all. */
export function parseObject(text: string): Fields | null {
  try {
    return fieldsOf(JSON.parse(text))
  } catch {
    return null
  }
}

/**
 * Horizon's `pushedAt` is exact and updated at a retry, whose `createdAt` is still that of the failed job. Laravel writes `createdAt` since
 * version 12. Both in seconds.
 */
function addedAtOf(fields: Fields): number | null {
  const seconds = readNumber(fields, 'pushedAt') ?? readNumber(fields, 'createdAt')
  return seconds === null ? null : Math.round(seconds * 1_000)
}

/** A delayed job does not wait before it is due; a released job still has its first delay. */
function delayOf(fields: Fields): number {
  const delay = readNumber(fields, 'delay')
  return delay !== null && delay > 0 && readNumber(fields, 'attempts') === 0 ? delay * 1_000 : 0
}
