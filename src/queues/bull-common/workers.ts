import { performance } from 'node:perf_hooks'
import { type Command, isCluster } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asText } from '../../redis/replies.js'
import { exchange } from '../../redis/send.js'

/** CLIENT LIST is dear where there are many clients, and who works changes seldom. In ms. */
const EVERY_MS = 15_000

/** Workers of Bull and of BullMQ name their connections: `bull:bWFpbA==` or, BullMQ's alone, `bull:bWFpbA==:w:name`. */
export class WorkerCounts {
  readonly #connection: Connection
  #askedAt = Number.NEGATIVE_INFINITY
  #asking: Promise<void> | null = null
  /** By the name of the connection; null when that can't be told. */
  #counts: ReadonlyMap<string, number> | null = null

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Never rejects. @returns how many work on a queue; null when that can't be told */
  async read(): Promise<(prefix: string, queue: string) => number | null> {
    if (performance.now() - this.#askedAt >= EVERY_MS) {
      this.#asking ??= this.#ask().finally(() => {
        this.#asking = null
      })
    }
    await this.#asking
    const counts = this.#counts
    return (prefix, queue) => counts && (counts.get(`${prefix}:${Buffer.from(queue).toString('base64')}`) ?? 0)
  }

  async #ask(): Promise<void> {
    this.#askedAt = performance.now()
    this.#counts = null
    try {
      const client = await this.#connection.open()
      const nodes = isCluster(client) ? client.nodes('master') : [client]
      const list: Command = ['client', 'LIST']
      const replies = await Promise.all(nodes.map((node) => exchange(this.#connection, node, [list])))
      const lists = replies.map(([reply]) => (reply?.error ? null : asText(reply?.value)))
      if (lists.every((text) => text !== null)) this.#counts = largestOf(lists.map(countNames))
    } catch {
      // What reads beside this meets it, too, and says so.
    }
  }
}

function countNames(list: string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const line of list.split('\n')) {
    const name = /(?:^| )name=(\S+)/.exec(line)?.[1]?.split(':w:')[0]
    if (name) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return counts
}

/** On a Cluster a worker may be connected to several nodes. */
function largestOf(all: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const [name, count] of all.flatMap((one) => [...one])) counts.set(name, Math.max(count, counts.get(name) ?? 0))
  return counts
}
