import type { AlertEvent } from '../../api/alerts.js'
import { alertChangeId } from '../../archiver/feeds/alerts.js'

/** One time that an alert fired, from its changes. */
export interface Episode {
  /** Id of the alert. */
  readonly alert: string
  readonly firedAt: number
  /** Null: no end is known. */
  readonly endedAt: number | null
  /** Its newest change. */
  readonly heardAt: number
  /** Oldest first. */
  readonly events: readonly AlertEvent[]
}

/** What changes tell, in any order and perhaps twice: each has the time at which its alert had fired. Oldest first. */
export function episodesOf(changes: readonly AlertEvent[]): readonly Episode[] {
  const known = new Map(changes.map((event) => [alertChangeId(event), event]))
  const episodes = new Map<string, Episode>()
  for (const event of [...known.values()].sort((a, b) => a.at - b.at)) {
    const { alert, at, change } = event
    const firedAt = change === 'firing' ? at : event.firedAt
    if (firedAt === null) continue
    const key = `${firedAt} ${alert}`
    const one = episodes.get(key)
    const isOver = change === 'resolved' || change === 'ended'
    const endedAt = isOver ? at : (one?.endedAt ?? null)
    episodes.set(key, { alert, firedAt, endedAt, heardAt: at, events: [...(one?.events ?? []), event] })
  }
  return [...episodes.values()].sort((a, b) => a.firedAt - b.firedAt)
}
