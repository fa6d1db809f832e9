import type { AlertCondition, AlertScope, AlertSubject } from '../api/alerts.js'
import type { NodeView } from '../api/nodes.js'
import type { QueueView } from '../api/queues.js'
import type { SeriesView, ServiceView } from '../api/services.js'
import type { LeftOut, StoreHealth } from '../api/store.js'

/** What rules are evaluated on: what Zenith knows at one moment. Nothing in it is read for alerts alone, and it does not change. */
export interface Look {
  /** Unix ms by the store's clock. */
  readonly at: number
  readonly store: StoreHealth
  /** How long the store has not answered, ms; 0 if it does. */
  readonly storeAwayMs: number
  /** How long it has answered and refused writes, ms; 0 if it accepts them, or if the user may only read. */
  readonly storeRefusingMs: number
  readonly services: readonly ServiceView[]
  readonly nodes: readonly NodeView[]
  readonly queues: readonly QueueView[]
  readonly leftOut: LeftOut | null
  readonly unreadable: number
  /** Routes and jobs of a service in the last five minutes, all that it reported. */
  readonly seriesOf: (service: string) => {
    readonly routes: readonly SeriesView[]
    readonly jobs: readonly SeriesView[]
  }
  /** Exceptions of a service since a time, as far as they are known. */
  readonly exceptionsOf: (service: string, since: number) => number
  /** Null without an archive; `behindMs` is null while it is unknown. */
  readonly archive: { readonly behindMs: number | null } | null
}

/** The value of a condition for one subject. */
export interface Observation {
  readonly subject: AlertSubject
  /** Null: unknown. */
  readonly value: number | null
  /** For a share: of how many failures; null if it is no share. */
  readonly count: number | null
  /** More that is known about it, a line each, for messages. */
  readonly details: readonly string[]
}

/**
 * Finds the subjects of a condition within a scope, each with its value. Remembers what earlier looks showed, where a metric needs that:
 * `job.sinceSuccess`, `service.vanished`, `service.jobFailuresTimes`, `queue.growingMs`, `node.dropped`.
 */
export interface Observer {
  /** Takes in a look: once for each, before it is asked. */
  note(look: Look): void
  /** The same in steps of a ms or so. Until the last one it is asked about the look before. */
  noting(look: Look): Generator<void, void>
  /** Of the last look that was noted. */
  observe(condition: AlertCondition, scope: AlertScope): readonly Observation[]
  /** The same in steps. */
  observing(condition: AlertCondition, scope: AlertScope): Generator<void, readonly Observation[]>
  /** What the next holder of the lease has to know, as JSON values, at most 200 kB. */
  memory(): unknown
  /** Takes on what an earlier holder knew; ignores what it can't read. */
  restore(memory: unknown): void
}
