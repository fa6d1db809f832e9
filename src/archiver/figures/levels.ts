/** A level of the archive's figures. */
export interface Level {
  /** Length of a bucket, ms. */
  readonly step: number
  /** Age at which its buckets are deleted, ms. */
  readonly keepMs: number
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** From the finest one on; each step is a multiple of the one before. */
export const LEVELS: readonly Level[] = [
  { step: MINUTE, keepMs: 2 * DAY },
  { step: 10 * MINUTE, keepMs: 14 * DAY },
  { step: HOUR, keepMs: 90 * DAY },
  { step: 6 * HOUR, keepMs: 400 * DAY },
]

/** Length of the finest bucket, ms. */
export const FINEST_STEP = MINUTE

/** The start of the bucket that a time belongs to. */
export function bucketStart(time: number, step: number): number {
  return Math.floor(time / step) * step
}

/** The parts of [from, to) by the bucket that they lie in. Ascending. */
export function partsOf(
  from: number,
  to: number,
  step: number,
): readonly { readonly bucket: number; readonly from: number; readonly to: number }[] {
  const parts: { bucket: number; from: number; to: number }[] = []
  for (let bucket = bucketStart(from, step); bucket < to; bucket += step) {
    parts.push({ bucket, from: Math.max(from, bucket), to: Math.min(to, bucket + step) })
  }
  return parts
}
