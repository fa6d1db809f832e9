import { isAmount, isText, type Row, rowsOf, rowsWithin } from './remembered.js'
import { countsOf, type ServiceItem } from './services.js'

/** Looks show the last five minutes: one in five minutes has each attempt once. */
const STEP_MS = 5 * 60_000
const HOUR_MS = 60 * 60_000
/** At least a quarter of an hour has to be known. */
const MIN_STEPS = 3
export const MIN_BASELINE_MS = MIN_STEPS * STEP_MS
/** The lowest share that is compared with: a single failure is not endless times as many as none. */
const MIN_SHARE = 0.001
const MAX_SERVICES = 1_000
/** Of JSON. */
const MAX_BYTES = 50_000

interface Step {
  /** End of the five minutes, Unix ms. */
  readonly at: number
  readonly count: number
  readonly errors: number
}

/** Attempts of jobs of services in the last hour, in steps of five minutes. */
export class JobBaseline {
  readonly #services = new Map<string, readonly Step[]>()
  #at = 0

  note(items: readonly ServiceItem[], at: number): void {
    this.#at = at
    for (const { view, jobs, hasJobs } of items) {
      const known = this.#services.get(view.service)
      if (!hasJobs || (!known && this.#services.size >= MAX_SERVICES)) continue
      if (at - (known?.at(-1)?.at ?? 0) >= STEP_MS) this.#add(view.service, { at, ...countsOf(jobs) })
    }
    for (const [service, steps] of this.#services) if (!isKept(steps.at(-1), at)) this.#services.delete(service)
  }

  /** 0.001–1; null while too little is known, or if there was no attempt. */
  readonly before = (service: string): number | null => {
    const steps = (this.#services.get(service) ?? []).filter(({ at }) => at <= this.#at - STEP_MS)
    const { count, errors } = countsOf(steps)
    return steps.length < MIN_STEPS ? null : baselineOf(errors, count)
  }

  rows(): Row[] {
    const rows = [...this.#services].map(([service, steps]) => [
      service,
      ...steps.flatMap(({ at, count, errors }) => [at, count, errors]),
    ])
    return rowsWithin(rows, MAX_BYTES)
  }

  restore(memory: unknown): void {
    for (const [service, ...figures] of rowsOf(memory, 'attempts')) {
      if (!isText(service) || !figures.every(isAmount) || this.#services.size >= MAX_SERVICES) continue
      const count = Math.floor(figures.length / 3)
      const steps = Array.from({ length: count }, (_, index) => stepOf(figures.slice(index * 3, index * 3 + 3)))
      this.#services.set(service, steps)
    }
  }

  #add(service: string, step: Step): void {
    const kept = (this.#services.get(service) ?? []).filter((one) => isKept(one, step.at))
    this.#services.set(service, [...kept, step])
  }
}

/** What the share of failed attempts is compared with, 0.001–1; null without an attempt. */
export function baselineOf(errors: number, count: number): number | null {
  return count === 0 ? null : Math.max(MIN_SHARE, errors / count)
}

function isKept(step: Step | undefined, now: number): boolean {
  return step !== undefined && step.at <= now && now - step.at <= HOUR_MS + STEP_MS
}

function stepOf([at = 0, count = 0, errors = 0]: readonly number[]): Step {
  return { at, count, errors }
}
