/** The value below which a share of the values lies, by linear interpolation. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  const place = (sorted.length - 1) * share
  const below = Math.floor(place)
  const low = sorted[below]
  return low + ((sorted[below + 1] ?? low) - low) * (place - below)
}

export function median(values) {
  return quantile(values, 0.5)
}

/** Ratios round by round, in which what slows the machine for a while cancels out. */
export function ratios(values, base) {
  return values.map((value, round) => value / base[round])
}
