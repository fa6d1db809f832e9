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
