// What a redis-server says of its own work.
import { Redis } from 'ioredis'

/** A client to ask with, and to fill. */
export function clientOf(url) {
  const client = new Redis(url)
  // What is stopped under it is stopped on purpose.
  client.on('error', () => {})
  return client
}

/** So far: CPU time in µs, commands, and bytes and reads from its sockets; what asking costs is among them. */
export async function figuresOf(client) {
  const info = await client.info('everything')
  const field = (name) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1] ?? 0)
  return {
    cpuUs: 1e6 * (field('used_cpu_user') + field('used_cpu_sys')),
    commands: field('total_commands_processed'),
    bytesIn: field('total_net_input_bytes'),
    reads: field('total_reads_processed'),
    memory: field('used_memory'),
  }
}

/** What work cost the server, without what asking for it costs. */
export async function costOf(client, work) {
  const asked = difference(await figuresOf(client), await figuresOf(client))
  const before = await figuresOf(client)
  const result = await work()
  const after = await figuresOf(client)
  const spent = difference(before, after)
  for (const name of ['commands', 'bytesIn', 'reads', 'cpuUs']) spent[name] = Math.max(0, spent[name] - asked[name])
  return { ...spent, result }
}

function difference(before, after) {
  return Object.fromEntries(Object.keys(after).map((name) => [name, after[name] - before[name]]))
}
