import type { Connection } from '../../redis/connection.js'
import { asNumber } from '../../redis/replies.js'
import { send } from '../../redis/send.js'

/** Jobs that ended in a time and are still there. @param since and `now`, by the server's clock, ms */
export async function readEnded(connection: Connection, base: string, since: number, now: number): Promise<number> {
  const replies = await send(connection, [
    ['zcount', `${base}completed`, `(${since}`, now],
    ['zcount', `${base}failed`, `(${since}`, now],
  ])
  return replies.reduce((sum, { value }) => sum + (asNumber(value) ?? 0), 0)
}
