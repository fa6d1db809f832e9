import type { AlertCondition, AlertScope, AlertSubject } from '../../api/alerts.js'

/** The value of a condition over a part of the past. */
export interface PastValue {
  /** The time that it is of, Unix ms. */
  readonly from: number
  readonly at: number
  /** Null: unknown. */
  readonly value: number | null
  /** For a share, the number of failures; null if it is no share. */
  readonly count: number | null
  /** Whether it is of all of that time, as a mean is; else of a moment in it. */
  readonly lasts: boolean
}

/** The past of one condition. */
export interface ConditionPast {
  /** By the keys of their subjects, see {@link pastKey}; oldest first, without overlaps. A time without a value is unknown. */
  readonly values: ReadonlyMap<string, readonly PastValue[]>
  /** Length of the steps that it is read in, ms. */
  readonly step: number
  /** What is left out, in sentences. */
  readonly notes: readonly string[]
}

/** The past that rules are tried on. */
export interface AlertHistory {
  /** What is known, Unix ms. */
  readonly from: number
  readonly to: number
  /** Why that is shorter than asked for; null if it is not. */
  readonly why: string | null
  /** Why there is no past of a condition; null if there is. */
  missing(condition: AlertCondition): string | null
  /** The subjects of a condition in a scope, as they are now. */
  subjects(condition: AlertCondition, scope: AlertScope): readonly AlertSubject[]
  /** Rejects if it can't be read. */
  past(condition: AlertCondition, subjects: readonly AlertSubject[]): Promise<ConditionPast>
}

/** Unique over all kinds of subjects. */
export function pastKey({ kind, key }: Pick<AlertSubject, 'kind' | 'key'>): string {
  return `${kind}:${key}`
}
