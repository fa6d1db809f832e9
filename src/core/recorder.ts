import type { QueueSource } from '../ports/index.js'
import type { RequestRecorder } from './http/request-recorder.js'
import type { JobRecorder } from './jobs/job-recorder.js'
import type { QueueStatus } from './queue-reporting/queue-reporter.js'
import type { CaptureContext } from './report/records.js'

export interface RecorderStatus {
  readonly enabled: boolean
  readonly service: string
  readonly node: string
  readonly frameworks: readonly string[]
  /** When the store accepted the last whole report, Unix ms; null before the first. */
  readonly lastReportAt: number | null
  /** Why the last report failed; null if it succeeded. */
  readonly error: string | null
  readonly reports: number
  /** Records lost since the start. */
  readonly dropped: number
  /** Number of pending records, and their approximate size in bytes. */
  readonly buffered: number
  readonly bufferedBytes: number
  readonly queues: QueueStatus
}

/** Collects the events of one process and reports them. Never throws into the app. */
export interface Recorder {
  readonly requests: RequestRecorder
  readonly jobs: JobRecorder
  /** Adds a framework of the app to the heartbeat. */
  addFramework(name: string): void
  captureException(error: unknown, context?: CaptureContext): void
  /** Records a piece of the app's own work as a job of this name; the result and the errors of `fn` pass through. */
  run<T>(name: string, fn: () => T): T
  /**
   * Reports the queues of a source from now on, unless another node of the service does.
   *
   * @param ended called once, when the source is not watched any more and may be closed; never rejects
   * @returns ends the watch and resolves when `ended` has; idempotent
   */
  watchQueues(source: QueueSource, ended: () => Promise<void>): () => Promise<void>
  status(): RecorderStatus
  /** Reports now. Never rejects. */
  flush(): Promise<void>
  /** Reports what is left and removes the node. Never rejects; idempotent. */
  stop(): Promise<void>
}
