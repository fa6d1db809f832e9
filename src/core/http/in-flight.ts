import type { IncomingMessage } from 'node:http'
import { monotonic } from '../../lib/clock.js'
import { SKIP } from '../../lib/marks.js'
import { round } from '../../lib/round.js'
import { type Connections, connectionOf, hasSession } from './connections.js'
import { InFlight, type LiveTrace } from './request-trace.js'
import type { FollowedServers } from './servers.js'

/** What is in flight, and what of it counts as a request or as a connection. */
export class CountedInFlight extends InFlight {
  readonly #servers: FollowedServers

  constructor(servers: FollowedServers) {
    super()
    this.#servers = servers
  }

  /** Whether a trace is of the app. */
  counts(trace: LiveTrace): boolean {
    if (!trace.isOnConnection) return (trace.request as { [SKIP]?: boolean })[SKIP] !== true
    return trace.isSeen || this.#servers.owns(trace.request as IncomingMessage)
  }

  /** Requests being answered now; connections, which last as long as their clients listen, are not among them. */
  countRequests(): number {
    let count = 0
    for (const trace of this) if (this.counts(trace) && connectionOf(trace) === null) count += 1
    return count
  }

  /** How long the oldest of these requests has lasted; null when there is none. */
  oldestMs(): number | null {
    for (const trace of this) {
      if (this.counts(trace) && connectionOf(trace) === null) return round(monotonic() - trace.start)
    }
    return null
  }

  /** Notes the streams among the connections. @returns how many connections are held */
  noteHeld(connections: Connections): number {
    let held = 0
    for (const trace of this) {
      const kind = connectionOf(trace)
      if (kind === 'stream' && this.counts(trace)) connections.note(trace, kind)
      else if (kind !== 'poll' || trace.method !== 'GET' || !hasSession(trace.url)) continue
      held += 1
    }
    return held
  }
}
