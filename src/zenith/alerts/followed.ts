import type { Track } from '../../alerts/engine/track.js'
import type { AlertEvent } from '../../api/alerts.js'
import { monotonic } from '../../lib/clock.js'
import type { AlertMemory } from './memory.js'
import { NOTHING_SHOWN, type ShownAlerts } from './stored.js'

/** For how long what was read is shown, ms: shorter than a user needs to go from one Zenith to another. */
export const FRESH_MS = 1_000

/** The alerts of the Zenith that evaluates, as it stored them last: what any other one shows. */
export class FollowedAlerts {
  readonly #memory: AlertMemory
  #tracks: readonly Track[] = []
  #shown: ShownAlerts = NOTHING_SHOWN
  #at: number | null = null
  #readAt = Number.NEGATIVE_INFINITY

  constructor(memory: AlertMemory) {
    this.#memory = memory
  }

  get tracks(): readonly Track[] {
    return this.#tracks
  }

  get shown(): ShownAlerts {
    return this.#shown
  }

  /** When rules were evaluated last, Unix ms; null if that is unknown. */
  get at(): number | null {
    return this.#at
  }

  get isFresh(): boolean {
    return monotonic() - this.#readAt <= FRESH_MS
  }

  /** Rejects when the store does not answer. @returns what happened since the last read, oldest first */
  async read(): Promise<readonly AlertEvent[]> {
    this.#readAt = monotonic()
    const { state, shown } = await this.#memory.read()
    const [newest] = this.#shown.events
    const isFirst = this.#at === null
    this.#tracks = state?.engine.tracks ?? []
    this.#shown = shown
    this.#at = state?.at ?? null
    return isFirst ? [] : newsOf(shown.events, newest)
  }
}

/** What happened since the newest event that is known, oldest first. An acknowledgement may be older than what was noted before it. */
function newsOf(events: readonly AlertEvent[], newest: AlertEvent | undefined): readonly AlertEvent[] {
  const known = events.findIndex(
    ({ at, change, alert }) => at === newest?.at && change === newest.change && alert === newest.alert,
  )
  const news = known === -1 ? events.filter(({ at }) => at > (newest?.at ?? 0)) : events.slice(0, known)
  return [...news].reverse()
}
