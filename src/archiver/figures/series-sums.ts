import { MergingSketch } from './merging-sketch.js'

export interface RouteFigures {
  readonly key: string
  readonly count: number
  readonly errors: number
  readonly aborted: number
  /** Requests by status class: how many 1xx, 2xx, 3xx, 4xx and 5xx. Empty if unknown. */
  readonly classes: readonly number[]
  /** Durations, ms: `Sketch.encode`. */
  readonly sketch: string
}

export interface JobFigures {
  readonly key: string
  readonly queue: string | null
  readonly count: number
  readonly errors: number
  readonly failed: number
  readonly stalled: number
  /** Durations and waits, ms: `Sketch.encode`. */
  readonly sketch: string
  readonly wait: string
}

/** Adds up one route. */
export class RouteSum implements RouteFigures {
  count = 0
  errors = 0
  aborted = 0
  classes: readonly number[] = []
  readonly #sketch = new MergingSketch()

  constructor(readonly key: string) {}

  get sketch(): string {
    return this.#sketch.text
  }

  add(route: RouteFigures): void {
    this.count += route.count
    this.errors += route.errors
    this.aborted += route.aborted
    this.classes = sumOfClasses(this.classes, route.classes)
    this.#sketch.add(route.sketch)
  }
}

/** Adds up the jobs of one name in one queue. */
export class JobSum implements JobFigures {
  count = 0
  errors = 0
  failed = 0
  stalled = 0
  readonly #sketch = new MergingSketch()
  readonly #wait = new MergingSketch()

  constructor(
    readonly queue: string | null,
    readonly key: string,
  ) {}

  get sketch(): string {
    return this.#sketch.text
  }

  get wait(): string {
    return this.#wait.text
  }

  add(job: JobFigures): void {
    this.count += job.count
    this.errors += job.errors
    this.failed += job.failed
    this.stalled += job.stalled
    this.#sketch.add(job.sketch)
    this.#wait.add(job.wait)
  }
}

function sumOfClasses(one: readonly number[], other: readonly number[]): readonly number[] {
  if (one.length === 0 || other.length === 0) return one.length === 0 ? other : one
  const length = Math.max(one.length, other.length)
  return Array.from({ length }, (_, index) => (one[index] ?? 0) + (other[index] ?? 0))
}
