import type { Debts } from '../../ports/index.js'
import { type Keys, MAX_DEBTS } from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { send } from '../../redis/send.js'

/** Longer than any debt, ms. */
const LIFE_MS = 31 * 24 * 3_600_000

/**
 * A sorted set of names, scored by when their debt is paid, by Redis' clock. It uses no script: an ACL may deny them. Each command is
 * correct alone, whatever other Zeniths send in between: the first raises a past time to now, the second adds.
 */
export function redisDebts(connection: Connection, keys: Keys): Debts {
  const key = keys.debts

  /** Falls back to this machine's clock where TIME is denied. */
  async function now(): Promise<number> {
    const [reply] = await send(connection, [['time']])
    const [seconds, micros] = asList(reply?.value).map(numberOf)
    return seconds == null || micros == null ? Date.now() : Math.floor(seconds * 1_000 + micros / 1_000)
  }

  return {
    async owe(debts) {
      const time = await now()
      const commands = debts.flatMap(({ name, ms }): Command[] => [
        ['zadd', key, 'GT', time, name],
        ['zincrby', key, Math.round(ms), name],
      ])
      const replies = await send(connection, [
        ...commands,
        ['zremrangebyscore', key, '-inf', time],
        ['zremrangebyrank', key, 0, -(MAX_DEBTS + 1)],
        ['pexpire', key, LIFE_MS],
      ])
      const failed = replies.find(({ error }) => error !== null)
      if (failed?.error) throw failed.error
      return debts.map((_, index) => Math.max(0, (numberOf(replies[2 * index + 1]?.value) ?? time) - time))
    },
  }
}

function numberOf(value: unknown): number | null {
  return asNumber(asText(value) ?? value)
}
