import { performance } from 'node:perf_hooks'
import { inTime, pause } from '../lib/async.js'
import { isCluster, type RedisClient } from './client.js'
import type { Connection } from './connection.js'
import { selectDatabase } from './database.js'
import { RedisError } from './errors.js'
import { CONNECT_TIMEOUT_MS } from './timeouts.js'

/** Wait for a lazy client, in ms: only the app may connect it, since a second `connect()` would be an error for the app. */
const GRACE_MS = 500
const POLL_MS = 20

/** A client's data on its connection; ioredis 5 and 6 create it for each. `select` is the intended database. */
interface Condition {
  readonly select?: number
}

/**
 * The client that was passed in. It gets no listeners, is never closed, and gets commands only while it is ready, so that none of Quasar's
 * wait in its queue during an outage. Its database, other than 0, is selected once more on each of its connections: there is no other sign
 * that ioredis failed to select it and continues in database 0.
 */
export function givenConnection(client: RedisClient): Connection {
  const where = addressOf(client)
  let unanswered = 0
  /** On a Cluster: one of its nodes may hang while the others answer. */
  const unansweredKeys = new Set<string>()
  let closed = false
  /** The connection whose database was selected, and the number of that database. */
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
      // A single master of a Cluster, used directly, does not represent the others.
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
    // The status shows whether it succeeded.
  }
}

function addressOf(client: RedisClient): string {
  if (isCluster(client)) return 'the Cluster'
  const options = optionsOf(client)
  return options ? addressIn(options) : 'the client that was passed in'
}

/** A Cluster is identified by its first startup node. */
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
