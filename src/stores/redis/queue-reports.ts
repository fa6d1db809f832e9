import type { Reader, Writer } from '../../ports.js'
import { encodeQueueSnapshot, type Keys, parseQueueSnapshot, queuesMember, snapshotLife } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asText } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import type { ServerClock } from './server-clock.js'
import { readTexts } from './texts.js'

type QueueReports = Pick<Writer, 'holdQueues' | 'releaseQueues' | 'writeQueues' | 'writtenQueues'> &
  Pick<Reader, 'queues'>

const MAX_SNAPSHOTS = 1_000
/** The index forgets a service that reports no queues any more after so long, ms. */
const INDEX_LIFE_MS = 60 * 60_000

/** Who reports the queues of a service, and what was reported. No script is used: an ACL may deny them. */
export function redisQueueReports(connection: Connection, keys: Keys, clock: ServerClock): QueueReports {
  return {
    async holdQueues(service, rank, holder, life) {
      const key = keys.queuesLease(service, rank)
      const [, held] = await send(connection, [
        ['set', key, holder, 'PX', life, 'NX'],
        ['get', key],
      ])
      const current = held?.error ? null : asText(held?.value)
      // Between the two another may have become the holder: then its lease is longer by a moment, which is harmless.
      if (current === holder) await send(connection, [['pexpire', key, life]])
      return current
    },
    async releaseQueues(service, rank, holder) {
      const key = keys.queuesLease(service, rank)
      const [held] = await send(connection, [['get', key]])
      if (asText(held?.value) === holder) await send(connection, [['del', key]])
    },
    async writeQueues(snapshot, rank) {
      const { service, timestamp, interval } = snapshot
      const at = clock.translate(timestamp)
      const replies = await send(connection, [
        ['set', keys.queues(service, rank), encodeQueueSnapshot(snapshot), 'PX', snapshotLife(interval ?? 0)],
        ['zadd', keys.queueIndex, at, queuesMember(service, rank)],
        ['zremrangebyscore', keys.queueIndex, '-inf', at - INDEX_LIFE_MS],
      ])
      return replies.find((reply) => reply.error)?.error ?? null
    },
    async writtenQueues(service, rank) {
      const [reply] = await send(connection, [['get', keys.queues(service, rank)]])
      return parseQueueSnapshot(asText(reply?.value), { service })
    },
    async queues() {
      const [index] = await send(connection, [['zrange', keys.queueIndex, 0, MAX_SNAPSHOTS - 1, 'REV']])
      if (index?.error) throw index.error
      const members = asList(index?.value)
        .map(asText)
        .filter((member) => member !== null)
      const texts = await readTexts(
        connection,
        members.map((member) => `${keys.prefix}queues:${member}`),
      )
      const read = texts.map(({ text }) => (text === null ? null : parseQueueSnapshot(text)))
      const unreadable = texts.filter((one, place) => one.unreadable || (one.text !== null && !read[place])).length
      return { snapshots: read.filter((snapshot) => snapshot !== null), unreadable }
    },
  }
}
