// A fleet in several processes, and what it writes a second.
import { OTHER_CORE } from '../shared/pin.mjs'
import { start } from '../shared/process.mjs'

const NODES_TO_A_PROCESS = 2_500

/** @param targets one for each cluster, in each of which the plan's nodes are */
export async function startFleet(plan, targets) {
  const parts = targets.flatMap((target) => partsOf(plan.nodes).map((part) => ({ ...part, target })))
  const processes = await Promise.all(
    parts.map(async (part) => {
      const child = await start(new URL('fleet-process.mjs', import.meta.url), [], OTHER_CORE)
      await child.ready
      await child.ask({ do: 'start', plan, ...part })
      return child
    }),
  )
  const askAll = (question) => Promise.all(processes.map((child) => child.ask(question)))
  return {
    fill: (minutes) => askAll({ do: 'fill', minutes, interval: plan.interval }),
    run: () => askAll({ do: 'run' }),
    async figures() {
      const all = await askAll({ do: 'figures' })
      const sum = (name) => all.reduce((total, figures) => total + figures[name], 0)
      return { beats: sum('beats'), failures: sum('failures'), cpuUs: sum('cpuUs') }
    },
    end: () => Promise.all(processes.map((child) => child.end())),
  }
}

/** Each process has all nodes of its services: the entries of a stream must be written in their order. */
function partsOf(nodes) {
  const of = Math.ceil(nodes / NODES_TO_A_PROCESS)
  return Array.from({ length: of }, (_, part) => ({ part, of }))
}
