import type { IncomingMessage, Server } from 'node:http'

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
