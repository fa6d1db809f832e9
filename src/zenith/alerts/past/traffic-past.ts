import { baselineOf, MIN_BASELINE_MS } from '../../../alerts/observe/job-baseline.js'
import type { PastValue } from '../../../alerts/preview/history.js'
import type { AlertCondition } from '../../../api/alerts.js'
import { OF_TRAFFIC } from './of-traffic.js'
import { perWindow, SlidingSums, type TrafficStep, WINDOW_MS } from './windows.js'

const HOUR_MS = 60 * 60_000
/** The longest time that the last success of a job is searched for, ms: as long as the archive has steps of an hour. */
const MAX_BEFORE_MS = 60 * 24 * HOUR_MS

/** A time of which records were lost. Unix ms. */
export interface Lost {
  readonly from: number
  readonly to: number
}

/** The name of a service as a whole, among those of its series. */
export const WHOLE = ''

/** How far before the period a metric has to be read, ms. */
export function beforeMsOf({ metric, threshold }: Pick<AlertCondition, 'metric' | 'threshold'>): number {
  if (metric === 'service.jobFailuresTimes') return HOUR_MS + WINDOW_MS
  // Whether a job has succeeded within the threshold is known after so long.
  return metric === 'job.sinceSuccess' ? Math.min(MAX_BEFORE_MS, Math.max(0, threshold)) : 0
}

/**
 * The past of a metric of one service, by the names of its series.
 *
 * @param names of routes or jobs, or {@link WHOLE}
 * @param from start of the period, Unix ms
 * @param lost what is missing in the steps
 */
export async function trafficPast(
  metric: AlertCondition['metric'],
  names: readonly string[],
  steps: AsyncIterable<TrafficStep>,
  from: number,
  lost: readonly Lost[] = [],
): Promise<ReadonlyMap<string, readonly PastValue[]>> {
  const reader = readerOf(metric, names, lost)
  const values = new Map(names.map((name): [string, PastValue[]] => [name, []]))
  for await (const step of steps) {
    reader.add(step)
    if (step.at <= from || step.at <= step.from) continue
    for (const name of names) values.get(name)?.push({ from: step.from, at: step.at, ...reader.read(name, step) })
  }
  return values
}

interface Reader {
  add(step: TrafficStep): void
  /** @param step the one that was added last */
  read(name: string, step: TrafficStep): Omit<PastValue, 'from' | 'at'>
}

function readerOf(metric: AlertCondition['metric'], names: readonly string[], lost: readonly Lost[]): Reader {
  if (metric === 'service.jobFailuresTimes') return new TimesBefore()
  return metric === 'job.sinceSuccess' ? new SinceSuccess(names, lost) : new Windowed(metric, names)
}

class Windowed implements Reader {
  readonly #metric: AlertCondition['metric']
  readonly #sums: SlidingSums

  constructor(metric: AlertCondition['metric'], names: readonly string[]) {
    const asked = new Set(names)
    const isWhole = asked.has(WHOLE)
    this.#metric = metric
    this.#sums = new SlidingSums(OF_TRAFFIC[metric]?.of ?? 'routes', ({ key }) =>
      isWhole ? WHOLE : asked.has(key) ? key : null,
    )
  }

  add(step: TrafficStep): void {
    this.#sums.add(step)
  }

  read(name: string, { ms }: TrafficStep): Omit<PastValue, 'from' | 'at'> {
    const figure = OF_TRAFFIC[this.#metric]
    const window = this.#sums.of(name)
    const isOfStep = ms >= WINDOW_MS || this.#metric.endsWith('Rate')
    return { value: figure?.read(window) ?? null, count: figure?.count?.(window) ?? null, lasts: isOfStep }
  }
}

/** The share of failed attempts, against that of the hour before. */
class TimesBefore implements Reader {
  readonly #sums = new SlidingSums('jobs', () => WHOLE)
  #before: { readonly from: number; readonly at: number; readonly ms: number; count: number; errors: number }[] = []

  add(step: TrafficStep): void {
    this.#sums.add(step)
    const { from, at, ms, bucket } = step
    const sum = { from, at, ms, count: 0, errors: 0 }
    for (const { count, errors } of bucket.jobs.values()) {
      sum.count += count
      sum.errors += errors
    }
    this.#before = [...this.#before.filter((one) => one.from >= at - HOUR_MS - 2 * Math.max(ms, WINDOW_MS)), sum]
  }

  read(name: string, { from, at, ms }: TrafficStep): Omit<PastValue, 'from' | 'at'> {
    const window = this.#sums.of(name)
    const { count, errors } = window.sum
    const before = this.#share(Math.min(from, at - WINDOW_MS))
    const value = before === null ? null : count > 0 ? errors / count / before : 0
    return { value, count: Math.ceil(perWindow(errors, window)), lasts: ms >= WINDOW_MS }
  }

  /** @param end of the hour, Unix ms */
  #share(end: number): number | null {
    const hour = this.#before.filter((one) => one.at <= end && one.from >= end - HOUR_MS)
    const sum = (field: 'ms' | 'errors' | 'count') => hour.reduce((total, one) => total + one[field], 0)
    return sum('ms') < MIN_BASELINE_MS ? null : baselineOf(sum('errors'), sum('count'))
  }
}

/** How long no attempt of a job has succeeded: at least since the first step that is known. */
class SinceSuccess implements Reader {
  readonly #names: ReadonlySet<string>
  readonly #lost: readonly Lost[]
  readonly #last = new Map<string, number>()
  #first: number | null = null

  constructor(names: readonly string[], lost: readonly Lost[]) {
    this.#lost = lost
    this.#names = new Set(names)
  }

  add({ from, at, bucket }: TrafficStep): void {
    this.#first ??= from
    for (const { key, count, errors } of bucket.jobs.values())
      if (count > errors && this.#names.has(key)) this.#last.set(key, at)
  }

  read(name: string, { at }: TrafficStep): Omit<PastValue, 'from' | 'at'> {
    const since = this.#last.get(name) ?? this.#first ?? at
    // It may have succeeded in what was lost.
    const isKnown = !this.#lost.some((one) => one.to > since && one.from < at)
    return { value: isKnown ? at - since : null, count: null, lasts: false }
  }
}
