import type { Metric } from '../../../api/alert-metrics.js'

/** How a metric is read from one step of the past. */
export interface Figure<T> {
  /** Null: unknown. */
  readonly read: (step: T) => number | null
  /** Whether it is of the whole step, as a mean is; else of a moment in it. */
  readonly lasts: boolean
}

export type Figures<T> = Readonly<Partial<Record<Metric, Figure<T>>>>

export const mean = <T>(read: Figure<T>['read']): Figure<T> => ({ read, lasts: true })
export const worst = <T>(read: Figure<T>['read']): Figure<T> => ({ read, lasts: false })
