import { table, verdict } from '../shared/output.mjs'
import { TARGETS } from './variants.mjs'

export function tableOf(framework, node, costs) {
  if (Object.values(costs).some(({ steps }) => steps)) return stepsOf(framework, node, costs)
  const rows = Object.entries(costs).map(([variant, { instructions, bytes }]) => {
    const ratio = (to) => (costs[to] ? (instructions / costs[to].instructions).toFixed(3) : null)
    return [variant, (instructions / 1_000).toFixed(1), ratio('bare'), ratio('empty'), Math.round(bytes)]
  })
  return table([`${framework}, Node ${node}`, 'thousand instructions', '× bare', '× empty', 'bytes'], rows)
}

/** What takes a beat, by step. */
function stepsOf(framework, node, costs) {
  const thousands = (count) => (count / 1_000).toFixed(1)
  const rows = Object.entries(costs).map(([variant, { instructions, steps, bytes }]) => {
    return [variant, thousands(instructions), ...Object.values(steps).map(thousands), Math.round(bytes)]
  })
  const [first] = Object.values(costs)
  const heads = Object.keys(first.steps)
  return table([`${framework}, Node ${node}`, 'thousand instructions', ...heads, 'bytes'], rows)
}

/** One for each target and Node. Without Redis among the variants, Quasar with memory stands for it. */
export function verdictsOf(results) {
  return Object.entries(results).flatMap(([framework, byNode]) =>
    Object.entries(byNode).flatMap(([node, costs]) =>
      (TARGETS[framework] ?? []).flatMap(({ variant, to, atMost }) => {
        const measured = costs[variant] || variant !== 'quasar-redis' ? variant : 'quasar'
        if (!costs[measured] || !costs[to]) return []
        const value = costs[measured].instructions / costs[to].instructions
        return verdict({ name: `${framework} ${measured}, Node ${node}`, value, target: atMost, unit: `× ${to}` })
      }),
    ),
  )
}
