import { performance } from 'node:perf_hooks'
import { inTime, pause } from '../lib/async.js'
import { isCluster, type RedisClient } from './client.js'
import type { Connection } from './connection.js'
import { selectDatabase } from './database.js'
import { RedisError } from './errors.js'
import { CONNECT_TIMEOUT_MS } from './timeouts.js'

/** A lazy client is the app's to connect: `connect()` a second time would be an error for it. In ms. */
const GRACE_MS = 500
const POLL_MS = 20

/** What a client notes of its connection; ioredis 5 and 6 make it anew for each. `select` is the database that it means. */
interface Condition {
  readonly select?: number
}

/**
 * The client that was passed in. It gets no listeners, is never closed, and is given commands only while it is ready,
 * so that nothing of ours waits in its queue during an outage. Its database, other than 0, is selected once more on each of its
 * connections: nothing else tells that ioredis did not get it and goes on in database 0.
 */
export function givenConnection(client: RedisClient): Connection {
  const where = addressOf(client)
  let unanswered = 0
  /** Of a Cluster: one of its nodes may hang while the others answer. */
  const unansweredKeys = new Set<string>()
  let closed = false
  /** The connection whose database was selected, and which that is. */
  let selected: { readonly condition: Condition; readonly db: number } | null = null

  function current(): RedisClient | null {
    return client.status === 'ready' && unanswered === 0 && !closed && hasDatabase() ? client : null
  }

  function hasDatabase(): boolean {
    const condition = conditionOf(client)
    if (!condition?.select) return true
    return condition === selected?.condition && condition.select === selected.db
  }

  async function becomeSelected(): Promise<void> {
    const condition = conditionOf(client)
    if (client.status !== 'ready' || !condition?.select || hasDatabase()) return
    const db = condition.select
    await selectDatabase(client, db, where, noteUnanswered)
    selected = { condition, db }
  }

  function noteUnanswered(answer: Promise<unknown>): void {
    unanswered += 1
    const settled = () => {
      unanswered -= 1
    }
    answer.then(settled, settled)
  }

  async function becomeReady(): Promise<void> {
    const start = performance.now()
    while (client.status !== 'ready' && client.status !== 'end' && performance.now() - start < CONNECT_TIMEOUT_MS) {
      if (client.status === 'wait' && performance.now() - start >= GRACE_MS)
        await inTime(connect(client), CONNECT_TIMEOUT_MS)
      else await pause(POLL_MS)
    }
  }

  return {
    where,
    place: placeOf(client),
    isCluster: isCluster(client),
    current,
    async open() {
      if (closed) throw new RedisError('CLOSED', 'This way to Redis is closed')
      if (unanswered > 0) throw new RedisError('ETIMEDOUT', `Redis does not answer (${where}, ETIMEDOUT)`)
      await becomeReady()
      await becomeSelected()
      const ready = current()
      if (ready) return ready
      throw new RedisError('NOTREADY', `The Redis client that was passed in is not ready but "${client.status}"`)
    },
    gaveUp(asked, answer, key) {
      // One master of a Cluster, which was asked by itself, says nothing of the others.
      if (asked !== client) return
      if (key === undefined) return noteUnanswered(answer)
      unansweredKeys.add(key)
      const settled = () => void unansweredKeys.delete(key)
      answer.then(settled, settled)
    },
    isWaitingFor: (key) => unansweredKeys.has(key),
    close() {
      closed = true
    },
  }
}

async function connect(client: RedisClient): Promise<void> {
  try {
    await client.connect()
  } catch {
    // The status says whether it came to anything.
  }
}

function addressOf(client: RedisClient): string {
  if (isCluster(client)) return 'the Cluster'
  const options = optionsOf(client)
  return options ? addressIn(options) : 'the client that was passed in'
}

/** A Cluster is told by the first node that it was given. */
function placeOf(client: RedisClient): string {
  if (isCluster(client)) {
    const nodes: unknown = 'startupNodes' in client ? client.startupNodes : null
    const first: unknown = Array.isArray(nodes) ? nodes[0] : null
    return typeof first === 'object' && first !== null ? `Cluster ${addressIn(first)}` : 'the Cluster'
  }
  const { db } = { db: 0, ...optionsOf(client) }
  return `${addressOf(client)}/${db ?? 0}`
}

function optionsOf(client: RedisClient): object | null {
  const options: unknown = 'options' in client ? client.options : null
  return typeof options === 'object' ? options : null
}

function conditionOf(client: RedisClient): Condition | null {
  const condition: unknown = 'condition' in client ? client.condition : null
  return typeof condition === 'object' ? condition : null
}

function addressIn(options: object): string {
  const { path, host, port } = { path: null, host: 'localhost', port: 6379, ...options }
  return path ?? `${host ?? 'localhost'}:${port ?? 6379}`
}
