import { type JobRollup, MAX_SERIES, OTHER, type SeriesRollup, Sketch } from '../../protocol/index.js'
import { redactName } from '../../redaction/name.js'

/** Number of empty intervals that a series survives, so that a rare route does not come and go. */
const IDLE_INTERVALS = 30

/** The counts of one route or job since the last drain. */
export class Series {
  count = 0
  errors = 0
  aborted = 0
  failed = 0
  stalled = 0
  idle = 0
  // The type is explicit: the inferred one has a type parameter, which older compilers of users do not know.
  readonly classes: Uint32Array = new Uint32Array(5)
  readonly durations = new Sketch()
  /** Waits of jobs before their first attempt; null without any. */
  waits: Sketch | null = null

  constructor(
    readonly key: string,
    /** A job's queue. */
    readonly group: string,
    /** Threshold for slow entries, ms; null for `(other)`, where it depends on the name. */
    readonly thresholdMs: number | null,
  ) {}

  get isEmpty(): boolean {
    return this.count === 0 && this.stalled === 0
  }

  toRoute(): SeriesRollup {
    const { key, count, errors, aborted } = this
    return { key, count, errors, aborted, classes: trimmed(this.classes), sketch: this.durations.encode() }
  }

  toJob(): JobRollup {
    const { failed, stalled } = this
    return { ...this.toRoute(), queue: this.group || null, failed, stalled, wait: this.waits?.encode() ?? '' }
  }

  /** Adds the counts of another series of the same name. */
  absorb(other: Series): void {
    this.count += other.count
    this.errors += other.errors
    this.aborted += other.aborted
    this.failed += other.failed
    this.stalled += other.stalled
    for (let index = 0; index < this.classes.length; index++) {
      this.classes[index] = (this.classes[index] as number) + (other.classes[index] as number)
    }
    this.durations.merge(other.durations)
    if (other.waits) this.recordedWaits.merge(other.waits)
  }

  /** Created at the first wait. */
  get recordedWaits(): Sketch {
    this.waits ??= new Sketch()
    return this.waits
  }

  clear(): void {
    this.idle = this.isEmpty ? this.idle + 1 : 0
    this.count = this.errors = this.aborted = this.failed = this.stalled = 0
    this.classes.fill(0)
    this.durations.clear()
    this.waits?.clear()
  }
}

/** [0, 3, 0, 0, 0] → [0, 3]: missing classes are 0. */
function trimmed(classes: Uint32Array): number[] {
  const last = classes.findLastIndex((count) => count > 0)
  return Array.from(classes.subarray(0, last + 1))
}

/** The series of one name: the last one that was asked for, and all by group. */
interface Named {
  group: string
  series: Series
  readonly byGroup: Map<string, Series>
}

/** Series by name and group (a method, a queue), up to a limit: beyond it, new names count in a series called `(other)`. */
export class SeriesCounter {
  // A name rarely changes its group, so one map lookup finds it instead of two.
  readonly #names = new Map<string, Named>()
  readonly #keyOf: (group: string, name: string) => string
  readonly #thresholdOf: (key: string, name: string) => number
  #size = 0
  #other: Series | null = null

  constructor(keyOf: (group: string, name: string) => string, thresholdOf: (key: string, name: string) => number) {
    this.#keyOf = keyOf
    this.#thresholdOf = thresholdOf
  }

  find(group: string, name: string): Series {
    const named = this.#names.get(name)
    return named !== undefined && named.group === group ? named.series : this.#findOther(named, group, name)
  }

  /** Threshold for slow entries of this name, ms. */
  thresholdOf(series: Series, group: string, name: string): number {
    return series.thresholdMs ?? this.#thresholdOf(this.#keyOf(group, name), name)
  }

  /** The series with counts; clear them after reporting. */
  *filled(): Iterable<Series> {
    for (const series of this.#all()) if (!series.isEmpty) yield series
  }

  /** Starts a new interval and drops the series that have long been idle. */
  clear(): void {
    for (const [name, named] of this.#names) {
      const { byGroup } = named
      for (const [group, series] of byGroup) {
        series.clear()
        if (series.idle > IDLE_INTERVALS && byGroup.delete(group)) this.#size -= 1
      }
      const [last] = byGroup
      if (!last) this.#names.delete(name)
      else if (!byGroup.has(named.group)) [named.group, named.series] = last
    }
    this.#other?.clear()
  }

  *#all(): Iterable<Series> {
    for (const { byGroup } of this.#names.values()) yield* byGroup.values()
    if (this.#other) yield this.#other
  }

  #findOther(named: Named | undefined, group: string, name: string): Series {
    const series = named?.byGroup.get(group) ?? this.#create(group, name)
    if (!series) {
      this.#other ??= new Series(OTHER, '', null)
      return this.#other
    }
    if (!named) this.#names.set(name, { group, series, byGroup: new Map([[group, series]]) })
    else {
      named.byGroup.set(group, series)
      named.group = group
      named.series = series
    }
    return series
  }

  /** @returns null when there are as many as there may be */
  #create(group: string, name: string): Series | null {
    if (this.#size >= MAX_SERIES) return null
    this.#size += 1
    const key = this.#keyOf(group, name)
    return new Series(redactName(key), redactName(group), this.#thresholdOf(key, name))
  }
}
