/**
 * A mergeable histogram of durations with at most 2 % relative error.
 *
 * Each power of two is divided into 32 equal buckets, as in HdrHistogram (Gil Tene), so a bucket's number is the exponent and the top five
 * bits of the mantissa of the value as an IEEE 754 double: no logarithm is needed. A value is returned as the harmonic mean of its bucket's
 * bounds, as in DDSketch (Masson, Rim, Lee, VLDB 2019, where the bounds grow by a constant factor), with an error of at most (hi − lo) /
 * (hi + lo) = 1/65 ≈ 1.54 %.
 *
 * Durations are ms. The error bound holds from 2⁻¹⁰ ms (about 1 µs) to 2³⁰ ms (12 days); shorter and longer durations count in the first and the
 * last bucket.
 */
const SUB_BUCKET_BITS = 5
const MIN_EXPONENT = -10
const MAX_EXPONENT = 30
const BUCKETS = (MAX_EXPONENT - MIN_EXPONENT) << SUB_BUCKET_BITS
/** Shift of the high word that maps 2^MIN_EXPONENT to its bucket: exponent bias 1023, 20 mantissa bits in that word. */
const SHIFT = 20 - SUB_BUCKET_BITS
const OFFSET = (1023 + MIN_EXPONENT) << SUB_BUCKET_BITS

const float = new Float64Array(1)
const words = new Uint32Array(float.buffer)
/** Index of the word with the sign, the exponent and the top of the mantissa. */
const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0

/** The bucket's number, 0 to 1279, for a duration in ms. */
export function bucketOf(duration: number): number {
  float[0] = duration
  const bucket = ((words[HIGH] as number) >> SHIFT) - OFFSET
  if (duration > 0) return bucket < 0 ? 0 : bucket < BUCKETS ? bucket : BUCKETS - 1
  return 0
}

/** The duration in ms that represents a bucket. */
export function durationOf(bucket: number): number {
  const low = lowerBound(bucket)
  const high = lowerBound(bucket + 1)
  return (2 * low * high) / (low + high)
}

function lowerBound(bucket: number): number {
  const fraction = (bucket & ((1 << SUB_BUCKET_BITS) - 1)) / (1 << SUB_BUCKET_BITS)
  return 2 ** ((bucket >> SUB_BUCKET_BITS) + MIN_EXPONENT) * (1 + fraction)
}

/** Memory is allocated in steps of this number of buckets, two powers of two: most durations of a route are close together. */
const SPAN = 64

export class Sketch {
  /** Number of recorded durations. */
  count = 0
  /** Counts of the buckets from {@link #first} on; those outside are empty. */
  #counts = new Uint32Array(0)
  #first = 0
  #lowest = BUCKETS
  #highest = -1

  /**
   * @param duration ms
   * @param times number of times to record it
   */
  record(duration: number, times = 1): void {
    this.#add(bucketOf(duration), times)
  }

  /** Adds all durations of another sketch. The result equals recording everything into one. */
  merge(other: Sketch): void {
    for (let bucket = other.#lowest; bucket <= other.#highest; bucket++) {
      const count = other.#at(bucket)
      if (count > 0) this.#add(bucket, count)
    }
  }

  /** Removes all durations, but keeps the memory. */
  clear(): void {
    if (this.#highest >= 0) this.#counts.fill(0, this.#lowest - this.#first, this.#highest + 1 - this.#first)
    this.count = 0
    this.#lowest = BUCKETS
    this.#highest = -1
  }

  /**
   * The duration in ms at or below which a share of the recorded ones lies, by the nearest-rank definition.
   *
   * @param share 0 to 1: 0.95 is the 95th percentile
   * @returns null when nothing was recorded
   */
  quantile(share: number): number | null {
    if (this.count === 0) return null
    const rank = Math.max(1, Math.ceil(share * this.count))
    let seen = 0
    for (let bucket = this.#lowest; bucket < this.#highest; bucket++) {
      seen += this.#at(bucket)
      if (seen >= rank) return durationOf(bucket)
    }
    return durationOf(this.#highest)
  }

  /**
   * Counts the durations at or below each of some bounds, like the buckets of a Prometheus histogram. A duration near a bound may count on
   * its other side: the bounds are accurate within 2 %.
   *
   * @param bounds ms, ascending
   */
  countsAtMost(bounds: readonly number[]): number[] {
    let bucket = this.#lowest
    let seen = 0
    return bounds.map((bound) => {
      for (; bucket <= this.#highest && durationOf(bucket) <= bound; bucket++) seen += this.#at(bucket)
      return seen
    })
  }

  /** The sum of all durations in ms, within 2 %. */
  sum(): number {
    let sum = 0
    for (let bucket = this.#lowest; bucket <= this.#highest; bucket++) {
      const count = this.#at(bucket)
      if (count > 0) sum += count * durationOf(bucket)
    }
    return sum
  }

  /**
   * The sparse text form: for each non-empty bucket, in order, the distance from the previous one (from 0 for the first) in base 36, and
   * `*` with its count in base 36 unless that is 1; separated by commas. Empty without durations.
   *
   * @example '8r*2s,1,3*4' // bucket 315: 100 values, 316: 1, 319: 4
   */
  encode(): string {
    const parts: string[] = []
    let previous = 0
    for (let bucket = this.#lowest; bucket <= this.#highest; bucket++) {
      const count = this.#at(bucket)
      if (count === 0) continue
      const distance = (bucket - previous).toString(36)
      parts.push(count === 1 ? distance : `${distance}*${count.toString(36)}`)
      previous = bucket
    }
    return parts.join(',')
  }

  /** Decodes {@link encode}'s form; null for any other text. */
  static decode(text: string): Sketch | null {
    const sketch = new Sketch()
    return sketch.mergeText(text) ? sketch : null
  }

  /**
   * Adds the durations of a text in {@link encode}'s form, like decoding and merging it, but without an intermediate sketch.
   *
   * @returns false when the text is not in that form: then nothing is added
   */
  mergeText(text: string): boolean {
    const entries = readEntries(text)
    for (let index = 0; index < entries; index++) this.#add(entryBuckets[index] as number, entryCounts[index] as number)
    return entries >= 0
  }

  /** The count of a bucket between the lowest and the highest. */
  #at(bucket: number): number {
    return this.#counts[bucket - this.#first] as number
  }

  #add(bucket: number, count: number): void {
    let index = bucket - this.#first
    if (index < 0 || index >= this.#counts.length) index = this.#reach(bucket)
    this.#counts[index] = (this.#counts[index] as number) + count
    this.count += count
    if (bucket < this.#lowest) this.#lowest = bucket
    if (bucket > this.#highest) this.#highest = bucket
  }

  /** Allocates memory for a bucket. @returns its index */
  #reach(bucket: number): number {
    const known = this.#counts
    const end = this.#first + known.length
    const from = known.length === 0 ? bucket : Math.min(this.#first, bucket)
    const first = from - (from % SPAN)
    const counts = new Uint32Array(Math.ceil((Math.max(end, bucket + 1) - first) / SPAN) * SPAN)
    counts.set(known, known.length === 0 ? 0 : this.#first - first)
    this.#counts = counts
    this.#first = first
    return bucket - first
  }
}

const merging = new Sketch()

/** Merges sketches in their text form into one in that form. Those that are no sketch are left out. */
export function mergeSketches(texts: readonly string[]): string {
  if (texts.length === 1) return texts[0] as string
  merging.clear()
  for (const text of texts) merging.mergeText(text)
  return merging.encode()
}

const STAR = 42
const COMMA = 44
const MAX_DISTANCE_DIGITS = 3
const MAX_COUNT_DIGITS = 7

/** The result of {@link readEntries}, reused between calls: there are hundreds of thousands of texts. */
const entryBuckets = new Uint16Array(BUCKETS)
const entryCounts = new Uint32Array(BUCKETS)
/** Read position in the text. */
let position = 0

/** Whether {@link Sketch.decode} can read a text. Allocates nothing. */
export function isSketchText(text: string): boolean {
  return readEntries(text) >= 0
}

/** @returns the number of buckets in the text; -1 when it is not a sketch */
function readEntries(text: string): number {
  position = 0
  let bucket = 0
  for (let entry = 0; entry < BUCKETS && text !== ''; entry++) {
    const distance = readDigits(text, MAX_DISTANCE_DIGITS)
    const count = readCount(text)
    bucket += distance
    if (distance < 0 || count < 1 || bucket >= BUCKETS) return -1
    entryBuckets[entry] = bucket
    entryCounts[entry] = count
    if (position === text.length) return entry + 1
    if (text.charCodeAt(position) !== COMMA) return -1
    position += 1
  }
  return text === '' ? 0 : -1
}

/** Returns 1 for a missing count, and less than 1 for an invalid one. */
function readCount(text: string): number {
  if (text.charCodeAt(position) !== STAR) return 1
  position += 1
  const count = readDigits(text, MAX_COUNT_DIGITS)
  return count <= 0xffff_ffff ? count : -1
}

/** Reads a number in base 36 and moves past it; -1 when it is missing or too long. */
function readDigits(text: string, max: number): number {
  const start = position
  let number = 0
  for (; position < text.length; position++) {
    const code = text.charCodeAt(position)
    if (code >= 48 && code <= 57) number = number * 36 + code - 48
    else if (code >= 97 && code <= 122) number = number * 36 + code - 87
    else break
  }
  const length = position - start
  return length > 0 && length <= max ? number : -1
}
