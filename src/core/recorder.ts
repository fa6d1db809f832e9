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
  /** Unix ms of the last report that the store took whole; null before the first. */
  readonly lastReportAt: number | null
  /** Why the last report was not taken; null when it was. */
  readonly error: string | null
  readonly reports: number
  /** Records lost since the start. */
  readonly dropped: number
  /** Records that wait, and about how many bytes they take. */
  readonly buffered: number
  readonly bufferedBytes: number
  readonly queues: QueueStatus
}

/** Collects what happens in one process and reports it. Nothing of it throws into the app. */
export interface Recorder {
  readonly requests: RequestRecorder
  readonly jobs: JobRecorder
  /** Names a framework that the app is built with, for the heartbeat. */
  addFramework(name: string): void
  captureException(error: unknown, context?: CaptureContext): void
  /** Follows a piece of the app's own work as a job of this name; what `fn` gives or throws passes through. */
  run<T>(name: string, fn: () => T): T
  /**
   * Reports the queues of a source from now on, unless another node of the service does.
   *
   * @param ended called once, when it is not watched any more: then the source may be closed; never rejects
   * @returns ends it and resolves when `ended` has; twice is harmless
   */
  watchQueues(source: QueueSource, ended: () => Promise<void>): () => Promise<void>
  status(): RecorderStatus
  /** Reports now. Never rejects. */
  flush(): Promise<void>
  /** Reports what is left and says good-bye. Never rejects; twice is harmless. */
  stop(): Promise<void>
}
