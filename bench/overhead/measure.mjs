// CPU time of a server per request, all variants alive at once, one slice each per round in a random order.
import { MEASURED_CORE, OTHER_CORE } from '../shared/pin.mjs'
import { start } from '../shared/process.mjs'
import { shuffled } from '../shared/stats.mjs'
import { surroundingsOf } from './variants.mjs'

const here = (name) => new URL(name, import.meta.url)
const WARM_UP_MS = 1_500

/**
 * One generation of processes.
 *
 * @param together all variants in one process: what chance makes of a process is then the same for all, and what is measured is
 * following requests alone, without what Quasar does besides
 * @param sliceMs how long a variant is loaded in a round
 * @returns CPU µs per request, by variant, a value for each round
 */
export async function measureGeneration({ framework, variants, together, rounds, sliceMs, env }) {
  const client = await start(here('client.mjs'), [], OTHER_CORE)
  const servers = new Map()
  try {
    const groups = together ? [shuffled(variants)] : variants.map((variant) => [variant])
    for (const group of groups)
      for (const [variant, server] of await open(framework, group, env)) servers.set(variant, server)
    for (const server of servers.values()) await slice(client, server, WARM_UP_MS)
    const costs = Object.fromEntries(variants.map((variant) => [variant, []]))
    for (let round = 0; round < rounds; round++) {
      for (const variant of shuffled(variants)) costs[variant].push(await slice(client, servers.get(variant), sliceMs))
    }
    return costs
  } finally {
    client.end()
    for (const server of servers.values()) server.end()
  }
}

async function open(framework, variants, env) {
  const { execArgv, env: own } = surroundingsOf(variants[0])
  const server = await start(here('server.mjs'), [framework, ...variants], MEASURED_CORE, {
    execArgv,
    env: { ...env, ...own },
  })
  const { ports } = await server.ready
  return variants.map((variant) => [variant, { ...server, port: ports[variant] }])
}

async function slice(client, server, ms) {
  const before = await server.ask({})
  const { requests } = await client.ask({ port: server.port, ms })
  const after = await server.ask({})
  return (after.cpu - before.cpu) / requests
}
