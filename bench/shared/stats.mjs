/** The value below which a share of the values lies, by linear interpolation; NaN of nothing. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  const place = (sorted.length - 1) * share
  const below = Math.floor(place)
  const low = sorted[below] ?? Number.NaN
  return low + ((sorted[below + 1] ?? low) - low) * (place - below)
}

export function median(values) {
  return quantile(values, 0.5)
}

/** Ratios round by round, in which what slows the machine for a while cancels out. */
export function ratios(values, base) {
  return values.map((value, round) => value / base[round])
}

/** The median ratio over the rounds of all generations, with its quartiles. */
export function pairedRatio(generations, variant, base) {
  const all = generations.flatMap((costs) => ratios(costs[variant], costs[base]))
  return { median: median(all), low: quantile(all, 0.25), high: quantile(all, 0.75) }
}

/** How much a straight line through the values rises from the first to the last, by least squares. */
export function rise(values) {
  const middle = (values.length - 1) / 2
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const slope = values.reduce((sum, value, index) => sum + (index - middle) * (value - mean), 0)
  const spread = values.reduce((sum, _, index) => sum + (index - middle) ** 2, 0)
  return values.length < 2 ? 0 : (slope / spread) * (values.length - 1)
}

export function shuffled(list) {
  const order = [...list]
  for (let index = order.length - 1; index > 0; index--) {
    const other = Math.floor(Math.random() * (index + 1))
    ;[order[index], order[other]] = [order[other], order[index]]
  }
  return order
}
