import type { PeopleKind, PeopleRecord, StoredSession } from '../../ports/people.js'
import { originalText } from './texts.js'

/** As messages call what is stored here. */
export const NAME = 'database of users'

/** Most sessions that are listed at once. */
export const MAX_SESSIONS = 1000

export interface RecordRow {
  readonly kind: PeopleKind
  readonly id: string
  readonly body: string | null
}

export interface SessionRow {
  readonly hash: string
  readonly user_id: string
  readonly created_at: number
  readonly expires_at: number
  readonly seen_at: number
  readonly details: string
}

export function recordOf({ kind, id, body }: RecordRow): PeopleRecord {
  return { kind, id: originalText(id), body: body === null ? null : originalText(body) }
}

export function sessionOf(row: SessionRow): StoredSession {
  return {
    hash: originalText(row.hash),
    user: originalText(row.user_id),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    seenAt: row.seen_at,
    details: originalText(row.details),
  }
}
