import { noiseIn, verdict } from '../shared/output.mjs'
import { median, pairedRatio } from '../shared/stats.mjs'
import { TARGETS } from './variants.mjs'

/**
 * All generations of a framework in one.
 *
 * @returns by variant: CPU µs per request, ratios to `bare` and to `empty` with quartiles
 */
export function summarize(generations) {
  const variants = Object.keys(generations[0])
  return Object.fromEntries(
    variants.map((variant) => {
      const to = (base) => (variants.includes(base) ? pairedRatio(generations, variant, base) : null)
      const us = median(generations.flatMap((costs) => costs[variant]))
      return [variant, { us, bare: to('bare'), empty: to('empty') }]
    }),
  )
}

export function table(framework, summary) {
  const lines = Object.entries(summary).map(([variant, { us, bare }]) => {
    const added = us - summary.bare.us
    return `| ${variant} | ${us.toFixed(1)} | ${added.toFixed(1)} | ${bare.median.toFixed(3)} | ${bare.low.toFixed(3)}–${bare.high.toFixed(3)} |`
  })
  return [`| ${framework} | CPU µs | added µs | ratio | quartiles |`, '|---|---:|---:|---:|---:|', ...lines].join('\n')
}

/** One for each target. Where reporting is not among the variants, Quasar without it stands for it. */
export function verdictsOf(results) {
  return Object.entries(results).flatMap(([framework, summary]) => {
    const voidBecause = noiseIn(summary.again.bare.median)
    return (TARGETS[framework] ?? []).flatMap(({ variant, to, atMost }) => {
      const measured = summary[variant] || variant !== 'quasar-redis' ? variant : 'quasar'
      const value = summary[measured]?.[to]?.median
      if (value === undefined) return []
      return verdict({ name: `${framework} ${measured}`, value, target: atMost, unit: `× ${to}`, voidBecause })
    })
  })
}
