import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import type { Redis } from 'ioredis'

/** How often each command was called while something was done; what the count itself takes is left out. */
export async function countCommands(admin: Redis, work: () => Promise<void>): Promise<Record<string, number>> {
  await admin.config('RESETSTAT')
  await work()
  const stats = await admin.info('commandstats')
  const calls = [...stats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name = '', count]) => {
    return [name, Number(count)] as const
  })
  return Object.fromEntries(calls.filter(([name]) => name !== 'config|resetstat' && name !== 'info'))
}

/**
 * Gives each command that Redis carries out to `take`, as a line of MONITOR: ioredis takes one that comes with the answer to
 * MONITOR itself for an error.
 *
 * @returns ends it
 */
export async function watchCommands(port: number, take: (line: string) => void): Promise<() => void> {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  const lines = createInterface(socket)
  const answered = once(lines, 'line')
  lines.on('line', take)
  socket.write('MONITOR\r\n')
  await answered
  return () => socket.destroy()
}
