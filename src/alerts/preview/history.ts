import type { AlertCondition, AlertScope, AlertSubject } from '../../api/alerts.js'

/** The value of a condition at one moment of the past. */
export interface PastValue {
  /** End of the time that it is of, Unix ms. */
  readonly at: number
  /** Null: unknown. */
  readonly value: number | null
  /** For a share, the number of failures; null if it is no share. */
  readonly count: number | null
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
  /** Values of one subject, oldest first. */
  series(condition: AlertCondition, subject: AlertSubject): Promise<readonly PastValue[]>
}
