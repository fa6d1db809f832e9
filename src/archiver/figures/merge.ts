import { inSlices, nextTurn } from '../../lib/async.js'
import type { Archive, FigureBucket, FigureKind } from '../../ports/index.js'
import type { QueueHistory, Rollup } from '../../protocol/index.js'
import { isLaterBody } from './body.js'
import { bucketStart, FINEST_STEP, LEVELS, partsOf } from './levels.js'
import { QueueBucket } from './queue-bucket.js'
import { TrafficBucket } from './traffic-bucket.js'

/** Records of a span of time by one node. */
interface Spanning {
  readonly node: string
  readonly from: number
  readonly to: number
}

interface Bucket<Self> {
  has(record: Spanning): boolean
  merge(other: Self, isSameLength: boolean): void
  encode(): Uint8Array
}

/** How records of one kind get into buckets. */
interface Merging<Record extends Spanning, Self extends Bucket<Self>> {
  readonly kind: FigureKind
  create(): Self
  decode(body: Uint8Array): Self | null
  addTo(bucket: Self, record: Record, part: { readonly from: number; readonly to: number }, isFirst: boolean): void
}

export const TRAFFIC: Merging<Rollup, TrafficBucket> = {
  kind: 'traffic',
  create: () => new TrafficBucket(),
  decode: (body) => TrafficBucket.decode(body),
  addTo(bucket, record, { from, to }, isFirst) {
    const length = Math.max(record.to - record.from, 1)
    const middle = record.from + length / 2
    bucket.add(record, {
      start: (from - record.from) / length,
      end: (to - record.from) / length,
      hasMiddle: middle >= from && middle < to,
      isFirst,
    })
  },
}

export const QUEUES: Merging<QueueHistory, QueueBucket> = {
  kind: 'queues',
  create: () => new QueueBucket(),
  decode: (body) => QueueBucket.decode(body),
  addTo: (bucket, record, { from, to }, isFirst) => bucket.add(record, to - from, isFirst),
}

/** Records to merge before yielding to the event loop. */
const SLICE = 4
/** The longest span that is believed, ms: a reporter writes one about every minute. */
const MAX_SPAN_MS = 15 * 60_000

/**
 * Merges records into the buckets of all levels that they touch. A record that the archive has is left out.
 *
 * @returns the buckets to write
 * @throws when a later version wrote one of them; a damaged one begins again
 */
export async function mergeFigures<Record extends Spanning, Self extends Bucket<Self>>(
  archive: Pick<Archive, 'figures'>,
  merging: Merging<Record, Self>,
  scope: string,
  records: readonly Record[],
): Promise<readonly FigureBucket[]> {
  const usable = records.filter(({ from, to }) => to > from && to - from <= MAX_SPAN_MS)
  if (usable.length === 0) return []
  const finest = await bucketsOf(archive, merging, scope, FINEST_STEP, usable)
  const news = await newsOf(merging, usable, finest)
  if (news.size === 0) return []
  const written: FigureBucket[] = []
  for (const { step } of LEVELS) {
    const known = step === FINEST_STEP ? finest : await bucketsOf(archive, merging, scope, step, usable)
    const touched = new Map<number, Self>()
    for (const [start, bucket] of news) {
      const from = bucketStart(start, step)
      const target = touched.get(from) ?? known.get(from) ?? merging.create()
      target.merge(bucket, step === FINEST_STEP)
      touched.set(from, target)
    }
    for (const [from, bucket] of touched) {
      await nextTurn()
      written.push({ kind: merging.kind, scope, step, from, body: bucket.encode() })
    }
  }
  return written
}

/** What the records add to each finest bucket, by its start. */
async function newsOf<Record extends Spanning, Self extends Bucket<Self>>(
  merging: Merging<Record, Self>,
  records: readonly Record[],
  finest: ReadonlyMap<number, Self>,
): Promise<Map<number, Self>> {
  const news = new Map<number, Self>()
  await inSlices(records, SLICE, (record) => {
    const first = bucketStart(record.from, FINEST_STEP)
    if (finest.get(first)?.has(record) || news.get(first)?.has(record)) return
    for (const part of partsOf(record.from, record.to, FINEST_STEP)) {
      const bucket = news.get(part.bucket) ?? merging.create()
      news.set(part.bucket, bucket)
      merging.addTo(bucket, record, part, part.bucket === first)
    }
  })
  return news
}

async function bucketsOf<Record extends Spanning, Self extends Bucket<Self>>(
  archive: Pick<Archive, 'figures'>,
  { kind, decode }: Merging<Record, Self>,
  scope: string,
  step: number,
  records: readonly Record[],
): Promise<Map<number, Self>> {
  const starts = new Set(
    records.flatMap(({ from, to }) => partsOf(from, to, FINEST_STEP).map(({ bucket }) => bucketStart(bucket, step))),
  )
  const buckets = new Map<number, Self>()
  for (const { from, to } of runsOf([...starts], step)) {
    for (const { from: start, body } of await archive.figures({ kind, scope, step, from, to })) {
      const bucket = decode(body)
      if (!bucket && isLaterBody(body))
        throw new Error('A later version of Quasar wrote these figures: update this one.')
      if (bucket && starts.has(start)) buckets.set(start, bucket)
    }
  }
  return buckets
}

/** Starts of neighbouring buckets as ranges. */
function runsOf(starts: readonly number[], step: number): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = []
  for (const start of [...starts].sort((a, b) => a - b)) {
    const last = runs.at(-1)
    if (last?.to === start) last.to = start + step
    else runs.push({ from: start, to: start + step })
  }
  return runs
}
