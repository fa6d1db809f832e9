// Some nodes of a fleet in one process: { do: 'start', plan, part, of, target } makes them, 'fill' writes their past, 'run' lets them
// beat, 'figures' tells how many beats were written.
import { performance } from 'node:perf_hooks'
import { answering, cpuUs, hello } from '../shared/child.mjs'
import { fromModules } from '../shared/dist.mjs'
import { fill } from './fill.mjs'
import { SimulatedNode } from './node.mjs'
import { samplesOf } from './samples.mjs'
import { sourceOf } from './targets.mjs'

const { partsOf } = await fromModules('stores/redis/parts.js')

/** A recorder has a connection of its own, for which a process has too few: so many nodes share one. */
const NODES_TO_A_CONNECTION = 50
/** A client of a Cluster has several connections. */
const NODES_TO_A_CLUSTER_CLIENT = 500

/** Each with the parts of its store. */
const nodes = []

async function start({ plan, part, of, target }) {
  const samples = await samplesOf(plan)
  const share = target.url ? NODES_TO_A_CONNECTION : NODES_TO_A_CLUSTER_CLIENT
  let parts
  for (const number of numbersOf(plan, part, of)) {
    if (nodes.length % share === 0) parts = partsOf({ redis: await sourceOf(target) })
    const service = `service-${number % plan.services}`
    const isWorker = Math.floor(number / plan.services) < plan.workers
    nodes.push({ node: new SimulatedNode({ number, service, isWorker }, parts, samples, plan), parts })
  }
  return {}
}

/** The nodes of every so manyth service. */
function numbersOf({ nodes: count, services }, part, of) {
  return Array.from({ length: count }, (_, number) => number).filter((number) => (number % services) % of === part)
}

function figures() {
  const sum = (name) => nodes.reduce((total, { node }) => total + node[name], 0)
  return { beats: sum('beats'), failures: sum('failures'), cpuUs: cpuUs(), at: performance.now() }
}

const WAYS = {
  start,
  figures,
  async fill({ interval, minutes }) {
    await fill(nodes, { interval, minutes })
    return {}
  },
  run() {
    for (const { node } of nodes) void node.run()
    return {}
  },
}

answering(({ do: way, ...question }) => WAYS[way](question))
hello()
