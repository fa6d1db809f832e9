import { median, quantile, ratios } from './stats.mjs'
import { TARGETS } from './variants.mjs'

/** A run counts when bare against itself is within so much of 1. */
const NOISE = 0.02

/**
 * All generations of a framework in one.
 *
 * @returns by variant: CPU µs per request, ratios to `bare` and to `empty` with quartiles
 */
export function summarize(generations) {
  const variants = Object.keys(generations[0])
  return Object.fromEntries(
    variants.map((variant) => {
      const to = (base) => {
        if (!variants.includes(base)) return null
        const all = generations.flatMap((costs) => ratios(costs[variant], costs[base]))
        return { median: median(all), low: quantile(all, 0.25), high: quantile(all, 0.75) }
      }
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

/** One line for each target. */
export function verdicts(results) {
  return Object.entries(results).flatMap(([framework, summary]) => {
    const noise = Math.abs(summary.again.bare.median - 1)
    const isQuiet = noise <= NOISE
    return (TARGETS[framework] ?? []).flatMap(({ variant, to, atMost }) => {
      const ratio = summary[variant]?.[to]?.median
      if (ratio === undefined) return []
      const word = isQuiet ? (ratio <= atMost ? 'met' : 'MISSED') : `void: bare against itself is off by ${(100 * noise).toFixed(1)} %`
      return { text: `${framework}: ${variant} is ${ratio.toFixed(3)} × ${to}, target ${atMost}: ${word}`, ok: isQuiet && ratio <= atMost }
    })
  })
}
