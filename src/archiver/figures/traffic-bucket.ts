import { type JobRollup, OTHER, type Rollup, type SeriesRollup } from '../../protocol/index.js'
import { BODY_VERSION, encodeBody, readBody } from './body.js'
import { mergeNodeFigures, type NodeFigures, type NodeRow, nodeFiguresOf, nodeOfRow, nodeRow } from './node-figures.js'
import { type JobFigures, JobSum, type RouteFigures, RouteSum } from './series-sums.js'

/** Series of a bucket, of routes and of jobs each; those beyond count as `(other)`. */
const MAX_SERIES_OF_BUCKET = 2_000
/** Maximum number of nodes in a bucket; a long one may see many more pods. */
const MAX_NODES_OF_BUCKET = 1_000
/** Records that a bucket remembers of a node, to tell a second copy. */
const MAX_STARTS = 20

/** The part of a record that lies in one bucket. */
export interface RecordPart {
  /** Shares of the record's time before the part and up to its end, 0–1. */
  readonly start: number
  readonly end: number
  /** Whether the record's middle is in the part: a sketch can't be divided. */
  readonly hasMiddle: boolean
  /** Whether the record begins in the part. */
  readonly isFirst: boolean
}

type RouteRow = readonly [string, number, number, number, readonly number[], string]
type JobRow = readonly [string, string | null, number, number, number, number, string, string]

interface TrafficBody {
  readonly v: typeof BODY_VERSION
  readonly routes: readonly RouteRow[]
  readonly jobs: readonly JobRow[]
  readonly nodes: readonly (readonly [string, NodeRow])[]
  readonly more?: number
  readonly starts?: readonly (readonly [string, readonly number[]])[]
}

/** What a service did over one bucket: the requests, jobs and processes of all its nodes, merged. */
export class TrafficBucket {
  readonly #routes = new Map<string, RouteSum>()
  readonly #jobs = new Map<string, JobSum>()
  readonly nodes = new Map<string, NodeFigures>()
  /** Nodes beyond the limit that were seen at once: a node counts once, however often it reports. There may be more. */
  moreNodes = 0
  readonly #more = new Set<string>()
  readonly #starts = new Map<string, number[]>()

  /** By their keys. */
  get routes(): ReadonlyMap<string, RouteFigures> {
    return this.#routes
  }

  /** By their queues and names. */
  get jobs(): ReadonlyMap<string, JobFigures> {
    return this.#jobs
  }

  /** Whether a record that begins in this bucket is in it. Coarse buckets do not know. */
  has(record: { readonly node: string; readonly from: number }): boolean {
    return this.#starts.get(record.node)?.includes(record.from) ?? false
  }

  /** Adds the part of a record that lies in this bucket. */
  add(record: Rollup, part: RecordPart): void {
    for (const route of record.routes) this.#addRoute(portionOf(route, part))
    for (const job of record.jobs) this.#addJob(jobPortionOf(job, part))
    const share = part.end - part.start
    this.#addNode(record.node, nodeFiguresOf(record, share, (record.to - record.from) * share))
    if (part.isFirst) this.#remember(record.node, [record.from])
  }

  /** Adds another bucket, whose time is within this one's. @param isSameLength whether this one recognizes copies, too */
  merge(other: TrafficBucket, isSameLength: boolean): void {
    for (const route of other.routes.values()) this.#addRoute(route)
    for (const job of other.jobs.values()) this.#addJob(job)
    for (const [node, figures] of other.nodes) this.#addNode(node, figures)
    for (const node of other.#more) this.#addMore(node)
    this.moreNodes = Math.max(this.moreNodes, other.moreNodes)
    if (isSameLength) for (const [node, starts] of other.#starts) this.#remember(node, starts)
  }

  /** Counts some jobs as `(other)`, of no queue. */
  foldJobs(isFolded: (job: JobFigures) => boolean): void {
    for (const [id, job] of [...this.#jobs]) {
      if (!isFolded(job)) continue
      const { count, errors, failed, stalled, sketch, wait } = job
      this.#jobs.delete(id)
      this.#addJob({ key: OTHER, queue: null, count, errors, failed, stalled, sketch, wait })
    }
  }

  encode(): Uint8Array {
    const body: TrafficBody = {
      v: BODY_VERSION,
      routes: [...this.routes.values()].map(({ key, count, errors, aborted, classes, sketch }) => {
        return [key, count, errors, aborted, classes, sketch]
      }),
      jobs: [...this.jobs.values()].map(({ key, queue, count, errors, failed, stalled, sketch, wait }) => {
        return [key, queue, count, errors, failed, stalled, sketch, wait]
      }),
      nodes: [...this.nodes].map(([node, figures]) => [node, nodeRow(figures)]),
      ...(this.moreNodes > 0 && { more: this.moreNodes }),
      ...(this.#starts.size > 0 && { starts: [...this.#starts] }),
    }
    return encodeBody(body)
  }

  /** @returns null for a body that is damaged or of a later version */
  static decode(bytes: Uint8Array): TrafficBucket | null {
    return readBody(bytes, (body: TrafficBody) => TrafficBucket.#of(body))
  }

  static #of(body: TrafficBody): TrafficBucket {
    const bucket = new TrafficBucket()
    for (const [key, count, errors, aborted, classes, sketch] of body.routes) {
      bucket.#addRoute({ key, count, errors, aborted, classes, sketch })
    }
    for (const [key, queue, count, errors, failed, stalled, sketch, wait] of body.jobs) {
      bucket.#addJob({ key, queue, count, errors, failed, stalled, sketch, wait })
    }
    for (const [node, row] of body.nodes) bucket.nodes.set(node, nodeOfRow(row))
    bucket.moreNodes = body.more ?? 0
    for (const [node, starts] of body.starts ?? []) bucket.#remember(node, starts)
    return bucket
  }

  #addRoute(route: RouteFigures): void {
    const isKnown = this.#routes.has(route.key) || this.#routes.size < MAX_SERIES_OF_BUCKET
    const key = isKnown ? route.key : OTHER
    const sum = this.#routes.get(key) ?? new RouteSum(key)
    this.#routes.set(key, sum)
    sum.add(route)
  }

  #addJob(job: JobFigures): void {
    const isKnown = this.#jobs.has(jobId(job.queue, job.key)) || this.#jobs.size < MAX_SERIES_OF_BUCKET
    const [queue, key] = isKnown ? [job.queue, job.key] : [null, OTHER]
    const sum = this.#jobs.get(jobId(queue, key)) ?? new JobSum(queue, key)
    this.#jobs.set(jobId(queue, key), sum)
    sum.add(job)
  }

  #addNode(node: string, figures: NodeFigures): void {
    const known = this.nodes.get(node)
    if (known) this.nodes.set(node, mergeNodeFigures(known, figures))
    else if (this.nodes.size < MAX_NODES_OF_BUCKET) this.nodes.set(node, figures)
    else this.#addMore(node)
  }

  #addMore(node: string): void {
    if (this.nodes.has(node)) return
    this.#more.add(node)
    this.moreNodes = Math.max(this.moreNodes, this.#more.size)
  }

  #remember(node: string, starts: readonly number[]): void {
    const known = this.#starts.get(node) ?? []
    this.#starts.set(node, [...known, ...starts].slice(-MAX_STARTS))
  }
}

function jobId(queue: string | null, key: string): string {
  return JSON.stringify([queue, key])
}

/** A part of a count. The parts of all buckets add up to the whole. */
function partOf(count: number, { start, end }: RecordPart): number {
  return Math.round(count * end) - Math.round(count * start)
}

function portionOf(route: SeriesRollup, part: RecordPart): RouteFigures {
  return {
    key: route.key,
    count: partOf(route.count, part),
    errors: partOf(route.errors, part),
    aborted: partOf(route.aborted, part),
    classes: route.classes.map((count) => partOf(count, part)),
    sketch: part.hasMiddle ? route.sketch : '',
  }
}

function jobPortionOf(job: JobRollup, part: RecordPart): JobFigures {
  return {
    key: job.key,
    queue: job.queue,
    count: partOf(job.count, part),
    errors: partOf(job.errors, part),
    failed: partOf(job.failed, part),
    stalled: partOf(job.stalled, part),
    sketch: part.hasMiddle ? job.sketch : '',
    wait: part.hasMiddle ? job.wait : '',
  }
}
