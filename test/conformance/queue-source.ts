import { describe } from 'vitest'
import type { QueueSource } from '../../src/ports/index.js'
import type { JobState, QueueCapability } from '../../src/protocol/index.js'
import { actionCases } from './queue-source/actions.js'
import { bulkCases } from './queue-source/bulk.js'
import { jobCases } from './queue-source/jobs.js'
import { lifeCases } from './queue-source/life.js'
import { readingCases } from './queue-source/reading.js'
import { schedulerCases } from './queue-source/schedulers.js'
import { searchCases } from './queue-source/search.js'

/** A job as the suite wants it to be added by the system's own means. */
export interface SampleJob {
  /** Taken where the system lets the app choose ids. */
  readonly id: string
  readonly name: string
  readonly data: Readonly<Record<string, unknown>>
}

/** A system of queues in a state that the suite brings it into, and its source. What a method is for is done without the source. */
export interface QueueSystem {
  readonly source: QueueSource
  /** Two names that the source watches or finds; nothing is in them yet. */
  readonly queues: readonly [string, string]
  /** Adds jobs that may start now, in this order. @returns their ids */
  wait(queue: string, jobs: readonly SampleJob[]): Promise<readonly string[]>
  /** Adds jobs for a time, Unix ms. */
  delay?(queue: string, jobs: readonly SampleJob[], runAt: number): Promise<readonly string[]>
  /** Adds jobs and lets them fail for good, in this order, with this message. */
  fail?(queue: string, jobs: readonly SampleJob[], message: string): Promise<readonly string[]>
  /** Adds a job that a worker holds until the system ends. */
  activate?(queue: string, job: SampleJob): Promise<string>
  /** Has a job that has waited for at least so long, ms. */
  age?(queue: string, ms: number): Promise<void>
  /** Has a job that has been due for at least so long, ms, and that nobody took. */
  overdue?(queue: string, ms: number): Promise<void>
  pause?(queue: string): Promise<void>
  /** Makes a queue unreadable. */
  spoil?(queue: string): Promise<void>
  /** Takes away all that waits, as workers do. */
  drain(queue: string): Promise<void>
  /** All that the system keeps and when it ends: for a Redis its keys, their types, contents and lives. */
  contents?(): Promise<unknown>
  /** Ends the server; `back` starts it again, empty, at its old address. */
  down?(): Promise<void>
  back?(): Promise<void>
  /** After the source was closed. */
  end(): Promise<void>
}

/** What the suite asks of a source: what its docs promise. */
export interface SourcePromise {
  readonly capabilities: readonly QueueCapability[]
  /** States whose counts are known; the others must be null. */
  readonly counts: readonly JobState[]
  /** States whose jobs can be looked at; needed with `list`. */
  readonly lists?: readonly JobState[]
  /** Which states can be cleaned; needed with `clean`. */
  readonly cleans?: readonly JobState[]
  /** The states whose jobs can be removed: all that can be looked at unless said otherwise. */
  readonly removes?: readonly JobState[]
  /** Whether a failed job stays among the failed ones when it is retried. */
  readonly keepsRetried?: boolean
  /** Whether ids are the app's choice. */
  readonly takesIds?: boolean
  /** Whether schedulers can be paused by the system itself. */
  readonly pausesSchedulers?: boolean
  /** What a schedule may hold: all of it unless said otherwise. */
  readonly scheduling?: { readonly every?: boolean; readonly timezone?: boolean; readonly id?: string }
  /** Whether the text of secrets that must not be in a message is in the way that the source was given. */
  readonly secret?: string
}

export type MakeSystem = () => Promise<QueueSystem>

/** What the cases work with. */
export interface SourceBench {
  readonly promise: SourcePromise
  can(...capabilities: QueueCapability[]): boolean
  /** Makes a system, lets it be used, closes the source and ends the system. */
  run(use: (system: QueueSystem) => Promise<void>): () => Promise<void>
}

/**
 * What every queue source must do, as far as it promises to.
 *
 * @param make a fresh system for each case, with nothing in it
 */
export function queueSourceConformance(name: string, make: MakeSystem, promise: SourcePromise): void {
  const bench: SourceBench = {
    promise,
    can: (...capabilities) => capabilities.every((one) => promise.capabilities.includes(one)),
    run: (use) => async () => {
      const system = await make()
      try {
        await use(system)
      } finally {
        await system.source.close()
        await system.end()
      }
    },
  }
  describe(`queue source conformance: ${name}`, () => {
    readingCases(bench)
    jobCases(bench)
    searchCases(bench)
    bulkCases(bench)
    actionCases(bench)
    schedulerCases(bench)
    lifeCases(bench)
  })
}
