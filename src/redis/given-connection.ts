import { performance } from 'node:perf_hooks'
import { isCluster, type RedisClient } from './client.js'
import type { Connection } from './connection.js'
import { CONNECT_TIMEOUT_MS, inTime, pause } from './deadline.js'
import { RedisError } from './errors.js'

/** A lazy client is the app's to connect: `connect()` a second time would be an error for it. In ms. */
const GRACE_MS = 500
const POLL_MS = 20

/**
 * The client that was passed in. It gets no listeners, is never closed, and is given commands only while it is ready,
 * so that nothing of ours waits in its queue during an outage.
 */
export function givenConnection(client: RedisClient): Connection {
  const where = addressOf(client)
  let unanswered = 0
  /** Of a Cluster: one of its nodes may hang while the others answer. */
  const unansweredKeys = new Set<string>()
  let closed = false

  function current(): RedisClient | null {
    return client.status === 'ready' && unanswered === 0 && !closed ? client : null
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
      const ready = current()
      if (ready) return ready
      throw new RedisError('NOTREADY', `The Redis client that was passed in is not ready but "${client.status}"`)
    },
    gaveUp(_client, answer, key) {
      if (key === undefined) unanswered += 1
      else unansweredKeys.add(key)
      const settled = () => {
        if (key === undefined) unanswered -= 1
        else unansweredKeys.delete(key)
      }
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

function addressIn(options: object): string {
  const { path, host, port } = { path: null, host: 'localhost', port: 6379, ...options }
  return path ?? `${host ?? 'localhost'}:${port ?? 6379}`
}
