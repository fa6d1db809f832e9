import { performance } from 'node:perf_hooks'
import type { Writer } from '../../ports/index.js'
import { encodeQueueSnapshot, type Keys, parseQueueSnapshot, queuesMember, snapshotLife } from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asText } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import type { Signer } from '../../signing/signer.js'
import type { ServerClock } from './server-clock.js'

/** How long the index keeps a service that reports no queues any more, ms. */
const INDEX_LIFE_MS = 60 * 60_000
/** How often old members are pruned, ms. */
const TIDY_EVERY_MS = 60_000

/** Slots of queue reporters, and their snapshots. Uses no script: an ACL may deny them. */
export function redisQueueReports(
  connection: Connection,
  keys: Keys,
  clock: ServerClock,
  signer: Signer,
): Pick<Writer, 'acquireQueueSlot' | 'releaseQueueSlot' | 'writeQueues' | 'readQueues'> {
  let tidiedAt = Number.NEGATIVE_INFINITY

  /** Also prunes members in the far future, which would never get old. Prunes nothing while Redis' clock is unknown. */
  function tidy(): Command[] {
    const oldest = clock.oldest(INDEX_LIFE_MS)
    if (oldest === null || performance.now() - tidiedAt < TIDY_EVERY_MS) return []
    tidiedAt = performance.now()
    return [
      ['zremrangebyscore', keys.queueIndex, '-inf', oldest],
      ['zremrangebyscore', keys.queueIndex, oldest + 2 * INDEX_LIFE_MS, '+inf'],
    ]
  }

  return {
    async acquireQueueSlot(service, slot, holder, ttlMs) {
      const key = keys.queuesLease(service, slot)
      const ms = Math.ceil(ttlMs)
      const [taken, held] = await send(connection, [
        ['set', key, holder, 'PX', ms, 'NX'],
        ['get', key],
      ])
      if (held?.error) return null
      const current = asText(held?.value)
      const isOld = asText(taken?.value) === null
      // Another node may have become the holder in between. Its lease lasts a moment longer then, which is harmless.
      if (current === holder && isOld) await send(connection, [['pexpire', key, ms]])
      return current
    },
    async releaseQueueSlot(service, slot, holder) {
      const key = keys.queuesLease(service, slot)
      const [held] = await send(connection, [['get', key]])
      // Another node may have become the holder in between. It competes again in its next round.
      if (asText(held?.value) === holder) await send(connection, [['del', key]])
    },
    async writeQueues(snapshot, slot) {
      const { service, interval } = snapshot
      const shift = clock.shift()
      const timestamp = clock.translate(snapshot.timestamp)
      const text = encodeQueueSnapshot({ ...snapshot, timestamp }, shift === null ? null : 0 - shift)
      const ttlMs = Math.ceil(snapshotLife(interval ?? 0))
      const key = keys.queues(service, slot)
      const replies = await send(connection, [
        ['set', key, signer.json(key, text), 'PX', ttlMs],
        ['zadd', keys.queueIndex, timestamp, queuesMember(service, slot)],
        ...tidy(),
      ])
      return replies.find((reply) => reply.error)?.error ?? null
    },
    async readQueues(service, slot) {
      const [reply] = await send(connection, [['get', keys.queues(service, slot)]])
      return parseQueueSnapshot(asText(reply?.value), { service })
    },
  }
}
