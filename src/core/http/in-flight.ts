import type { IncomingMessage, Server } from 'node:http'
import { monotonic } from '../../lib/clock.js'
import { SKIP } from '../../lib/marks.js'
import { round } from '../../lib/round.js'
import { type Connections, connectionOf, hasSession } from './connections.js'
import { InFlight, type LiveTrace } from './request-trace.js'

/** The servers whose requests a recorder follows from their arrival. */
export class FollowedServers {
  /** Whether requests of a server count that nobody asked to track. */
  readonly #owners = new WeakMap<Server, (server: Server) => boolean>()
  /** The server of the last request: most processes have one. */
  #last: Server | null = null
  #isLastFollowed = false
  /** The server of the last connection that a request came by. */
  #seen: unknown = null

  add(server: Server, owns: (server: Server) => boolean): void {
    this.#owners.set(server, owns)
    this.#last = null
  }

  /** Holds no server that is gone. */
  forgetLast(): void {
    this.#last = null
  }

  has(server: Server): boolean {
    if (server !== this.#last) {
      this.#last = server
      this.#isLastFollowed = this.#owners.has(server)
    }
    return this.#isLastFollowed
  }

  /** Whether what nobody asked to track is the app's: its framework answered before any hook of ours. */
  owns({ socket }: IncomingMessage): boolean {
    const { server } = socket as { server?: Server }
    return server !== undefined && this.#owners.get(server)?.(server) === true
  }

  /**
   * The server of a request when it is another one than that of the request before; else null. Servers of HTTP/2 take no
   * upgrades, and the connections of their streams can't always be looked into.
   */
  seenFirst({ httpVersionMajor, socket }: IncomingMessage): object | null {
    const server = httpVersionMajor === 1 ? (socket as { server?: object } | null)?.server : undefined
    if (!server || server === this.#seen) return null
    this.#seen = server
    return server
  }
}

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
