import type { DurationFigures, JobRuns, QueueRuns, RunMinute } from '../../api/queue-runs.js'
import type { JobFigures } from '../../archiver/figures/series-sums.js'
import { roundToFourDigits } from '../../lib/round.js'
import type { Archive } from '../../ports/index.js'
import { OTHER, Sketch } from '../../protocol/index.js'
import { extentOf, percentilesOf } from '../fleet/services/figures.js'
import type { ArchivedSpan } from './archived-span.js'
import { ArchivedTraffic, Sums } from './archived-traffic.js'
import { reportsOf } from './queue-reports.js'
import type { SeriesSum } from './traffic-sum.js'

/** Names of jobs that are distinguished; those with the fewest attempts are `(other)`. */
const MAX_NAMES = 201

/** The queue whose jobs are meant. */
export interface ArchivedWork {
  /** As rollups name it. */
  readonly name: string
  /** As those who read it name it. */
  readonly title: string
  /** Services that report it now. */
  readonly services: readonly string[]
  /** The names by which it is found in what services reported. */
  readonly names: ReadonlySet<string>
  /** Whether no other queue of this name is known now. */
  readonly isAlone: boolean
}

/** What the workers of one service did with the jobs of a queue. */
interface ServiceRuns {
  readonly service: string
  readonly series: Sums
  readonly steps: Map<number, StepSum>
  /** How much of the time the service reported, ms. */
  ms: number
}

/** What workers did with a queue's jobs over a time that only the archive has. @param name of the jobs in `points`; null for all */
export async function archivedRuns(
  archive: Pick<Archive, 'figures' | 'scopes'>,
  work: ArchivedWork,
  span: ArchivedSpan,
  name: string | null,
): Promise<Omit<QueueRuns, 'key'>> {
  const all: ServiceRuns[] = []
  for (const service of await archive.scopes({ kind: 'traffic', from: span.from, to: span.to })) {
    const runs = await runsOf(archive, service, work.name, span, name)
    if (runs.series.size > 0 && (await isOfQueue(archive, service, work, span))) all.push(runs)
  }
  const { period, from, to, step, now } = span
  const starts = Array.from({ length: Math.round((to - from) / step) }, (_, index) => from + index * step)
  return {
    ...{ period, from, to: Math.min(to, now), step },
    services: all.map(({ service }) => service).sort(),
    jobs: jobsOf(all),
    points: starts.map((start) => pointOf(start, step, all)),
  }
}

async function runsOf(
  archive: Pick<Archive, 'figures' | 'scopes'>,
  service: string,
  queue: string,
  span: ArchivedSpan,
  name: string | null,
): Promise<ServiceRuns> {
  const runs: ServiceRuns = { service, series: new Sums(), steps: new Map(), ms: 0 }
  for await (const { bucket, from, ms } of new ArchivedTraffic(archive).steps(service, span)) {
    const sum = new StepSum(ms)
    runs.steps.set(from, sum)
    runs.ms += ms
    for (const job of bucket.jobs.values()) {
      if (job.queue !== queue) continue
      runs.series.of(null, job.key).add(job)
      if (name === null || job.key === name) sum.add(job)
    }
  }
  return runs
}

/** Rollups have a queue's name, and not its place: a service that reported another queue of the name may have run the jobs of that one. */
async function isOfQueue(
  archive: Pick<Archive, 'figures' | 'scopes'>,
  service: string,
  { title, services, names, isAlone }: ArchivedWork,
  span: ArchivedSpan,
): Promise<boolean> {
  if (services.includes(service)) return true
  const { isReported, isOtherReported } = await reportsOf(archive, service, { name: title, names }, span)
  return isReported || (isAlone && !isOtherReported)
}

function jobsOf(all: readonly ServiceRuns[]): JobRuns[] {
  const jobs = all.flatMap(({ service, series, ms }) => {
    return series.busiest(Number.POSITIVE_INFINITY).map((sum) => ({ service, sum, ms }))
  })
  jobs.sort((a, b) => b.sum.count - a.sum.count || (a.sum.key < b.sum.key ? -1 : 1))
  // Each service may have others.
  const most = Math.max(0, MAX_NAMES - (jobs.length > MAX_NAMES ? all.length : 0))
  const shown = jobs.slice(0, most)
  for (const { service, sum, ms } of jobs.slice(most)) {
    const known = shown.find((one) => one.service === service && one.sum.key === OTHER)
    const other = known ?? { service, sum: new Sums().of(null, OTHER), ms }
    if (!known) shown.push(other)
    other.sum.merge(sum)
  }
  return shown.map(({ service, sum, ms }) => runOf(service, sum, ms))
}

function runOf(service: string, sum: SeriesSum, ms: number): JobRuns {
  const { key, count, errors, failed, stalled } = sum
  const perMinute = roundToFourDigits((count * 60_000) / Math.max(1, ms))
  const durations = { run: durationsOf(sum.sketch), wait: durationsOf(sum.wait) }
  return { service, name: key, count, perMinute, errors, failed, stalled, ...durations }
}

function durationsOf(sketch: Sketch): DurationFigures {
  return { ...percentilesOf(sketch), max: extentOf(sketch).max }
}

function pointOf(start: number, step: number, all: readonly ServiceRuns[]): RunMinute {
  const found = all.flatMap(({ steps }) => steps.get(start) ?? [])
  const sum = new StepSum(found.length > 0 ? Math.max(...found.map(({ ms }) => ms)) : step)
  for (const one of found) sum.merge(one)
  const { count, errors, ms } = sum
  const durations = { run: durationsOf(sum.run), wait: durationsOf(sum.wait) }
  const isSeen = found.length > 0
  return { at: start + ms, ms, count: isSeen ? count : null, errors: isSeen ? errors : null, ...durations }
}

/** The attempts of one step. */
class StepSum {
  count = 0
  errors = 0
  readonly run = new Sketch()
  readonly wait = new Sketch()

  /** @param ms how much of the step was reported */
  constructor(readonly ms: number) {}

  add(job: JobFigures): void {
    this.count += job.count
    this.errors += job.errors
    this.run.mergeText(job.sketch)
    this.wait.mergeText(job.wait)
  }

  merge(other: StepSum): void {
    this.count += other.count
    this.errors += other.errors
    this.run.merge(other.run)
    this.wait.merge(other.wait)
  }
}
