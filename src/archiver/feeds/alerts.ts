import { createHash } from 'node:crypto'
import type { ArchivedRecord } from '../../ports/index.js'
import { type Feed, gapsOf } from './feed.js'

/** Names the feed in the archive, and its gaps. */
export const ALERT_STREAM = 'alerts'

/** A change from further in the future is not believed, ms. */
const MAX_AHEAD_MS = 60_000

/** A change of an alert, as far as the archive has to know it. All of it is archived. */
export interface AlertChange {
  /** Unix ms by the store's clock. */
  readonly at: number
  readonly change: string
  /** Id of the alert. */
  readonly alert: string
  /** Id of the rule. */
  readonly rule: string
  readonly subject: { readonly service: string | null }
}

/** Reads the changes of alerts that the store lists, newest first. Rejects when the store does not answer. */
export type ReadAlerts = () => Promise<readonly AlertChange[]>

/**
 * Changes of alerts as the Zenith that evaluates stored them. The store lists only the newest: when the change at the cursor is no longer
 * listed, others may have gone with it. How many is not known.
 *
 * @param now Unix ms
 */
export function alertFeed(read: ReadAlerts, now: number): Feed {
  return {
    stream: ALERT_STREAM,
    async next(after) {
      const events = await read()
      const marks = events.map((event) => alertMark(event.at, alertChangeId(event)))
      const [newest] = marks
      if (newest === undefined || newest === after) return null
      const known = after === null ? -1 : marks.indexOf(after)
      const fresh = known < 0 ? events : events.slice(0, known)
      const isConnected = after === null || known >= 0
      const lost = isConnected ? null : { count: null, from: timeOf(after), to: Math.min(...fresh.map(({ at }) => at)) }
      return {
        cursor: newest,
        isAtEnd: true,
        records: fresh.map((event) => alertRecord(event, now)),
        gaps: gapsOf(ALERT_STREAM, lost && lost.to > lost.from ? lost : null),
      }
    },
  }
}

/** The same for the same change, whichever Zenith read it. */
export function alertChangeId({ at, change, alert }: Pick<AlertChange, 'at' | 'change' | 'alert'>): string {
  return createHash('sha256')
    .update(JSON.stringify([at, change, alert]))
    .digest('hex')
    .slice(0, 32)
}

/** A place in the order of changes: by time, and of the same time by id. */
export function alertMark(at: number, id: string): string {
  return `${at}/${id}`
}

function timeOf(mark: string): number {
  return Math.max(0, Number.parseFloat(mark) || 0)
}

/** A time that is none, which anybody may have written, must not end the feed for good. */
function alertRecord(event: AlertChange, now: number): ArchivedRecord {
  const at = Math.min(event.at, now + MAX_AHEAD_MS)
  const { rule, subject } = event
  return {
    ...{ kind: 'alert', id: alertChangeId(event), at },
    ...{ service: subject.service, name: rule, body: JSON.stringify(event) },
  } as const
}
