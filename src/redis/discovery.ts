import { performance } from 'node:perf_hooks'
import { escapeGlob } from '../lib/glob.js'
import { type Command, isCluster, keyPrefixOf, type RedisClient } from './client.js'
import type { Connection } from './connection.js'
import { asList, asText } from './replies.js'
import { exchange } from './send.js'

/** Longest time of one scan, ms; the next one continues where it ended, and starts sooner. */
const BUDGET_MS = 1_000
const GO_ON_AFTER_MS = 5_000
const COUNT = 1_000

/** Keys to find, of one type. */
export interface KeyPattern {
  /** Pattern for SCAN, before a client's own prefix. */
  readonly match: string
  readonly type: 'string' | 'list' | 'zset' | 'hash' | 'stream' | 'set'
}

interface Walk extends KeyPattern {
  cursor: string
}

/** Scans all keys to discover unnamed ones: at the first call and periodically after it, not at every read. */
export class Discovery {
  readonly #connection: Connection
  readonly #patterns: readonly KeyPattern[]
  readonly #found: (key: string) => void
  readonly #everyMs: number
  #scannedAt = Number.NEGATIVE_INFINITY
  #isFirst = true
  #isScanning = false
  #isDenied = false
  /** Unfinished walks by the number of the master. */
  readonly #walks = new Map<number, Walk[]>()

  constructor(connection: Connection, patterns: readonly KeyPattern[], everyMs: number, found: (key: string) => void) {
    this.#connection = connection
    this.#patterns = patterns
    this.#everyMs = everyMs
    this.#found = found
  }

  /** Whether this user lacks the permission to scan. */
  get isDenied(): boolean {
    return this.#isDenied
  }

  /** Resolves immediately, except for the first scan. Never rejects. */
  async scan(): Promise<void> {
    if (this.#isDenied || this.#isScanning || performance.now() - this.#scannedAt < this.#pauseMs) return
    const isFirst = this.#isFirst
    const scanning = this.#scanAll()
    if (isFirst) await scanning
  }

  get #pauseMs(): number {
    return this.#walks.size > 0 ? Math.min(this.#everyMs, GO_ON_AFTER_MS) : this.#everyMs
  }

  async #scanAll(): Promise<void> {
    this.#isScanning = true
    this.#isFirst = false
    this.#scannedAt = performance.now()
    try {
      const client = await this.#connection.open()
      const masters = isCluster(client) ? client.nodes('master') : [client]
      await Promise.all(masters.map((master, number) => this.#walk(master, number, keyPrefixOf(client))))
    } catch {
      // Reads that follow get the same error and report it.
    } finally {
      this.#isScanning = false
    }
  }

  async #walk(master: RedisClient, number: number, keyPrefix: string): Promise<void> {
    const fresh = this.#patterns.map(({ match, type }) => ({ match: escapeGlob(keyPrefix) + match, type, cursor: '0' }))
    let walks: Walk[] = this.#walks.get(number) ?? fresh
    this.#walks.delete(number)
    while (walks.length > 0) {
      if (performance.now() - this.#scannedAt > BUDGET_MS) {
        this.#walks.set(number, walks)
        return
      }
      walks = await this.#step(master, walks, keyPrefix)
    }
  }

  /** @returns the unfinished walks */
  async #step(master: RedisClient, walks: readonly Walk[], keyPrefix: string): Promise<Walk[]> {
    const commands = walks.map(({ cursor, match, type }): Command => {
      return ['scan', cursor, 'MATCH', match, 'COUNT', COUNT, 'TYPE', type]
    })
    const replies = await exchange(this.#connection, master, commands)
    return walks.filter((walk, index) => {
      const reply = replies[index]
      if (reply?.error?.code === 'NOPERM') this.#isDenied = true
      if (!reply || reply.error) return false
      const [cursor, keys] = asList(reply.value)
      for (const key of asList(keys)) this.#found((asText(key) ?? '').slice(keyPrefix.length))
      walk.cursor = asText(cursor) ?? '0'
      return walk.cursor !== '0'
    })
  }
}
