import type {
  JobAddress,
  JobDetail,
  JobFlow,
  JobListing,
  JobLogs,
  JobOutcome,
  JobSearch,
  JobState,
  JobSummary,
  LookedAt,
  NewJob,
  QueueCapability,
  QueueDriver,
  QueueEntry,
  SchedulerDefinition,
  SchedulerEntry,
  SchedulerSnapshot,
} from '../protocol/index.js'

/**
 * Access to a system of queues, made by `(options) => QueueSource`. Optional methods are absent if the system cannot do that, and so are
 * their capabilities.
 *
 * A source connects at the first call. Methods that read create no keys and change nothing. Methods reject with a readable error without
 * secrets. Times are Unix ms. Methods take a queue's address: its name, unless its reading has another one.
 */
export interface QueueSource {
  readonly driver: QueueDriver
  /** The location, without secrets: `127.0.0.1:6379/0 bull`. Equal for two sources of one location. */
  readonly place: string
  /** The queues to watch; null: all queues, searched for at most once a minute. */
  readonly names: readonly string[] | null
  /** The capabilities of its queues that this source has methods for. */
  readonly capabilities: readonly QueueCapability[]
  /** Shortest time between two reads, ms; null: no limit. */
  readonly pollEvery: number | null
  /**
   * Reads the current state of all queues, in a few calls. A queue that cannot be read has an `error` and hides no other. Rejects only when
   * the system does not answer at all.
   *
   * @param names the queues wanted: another node reports the rest. A source may ignore it.
   */
  read(names?: readonly string[]): Promise<SourceReading>
  /**
   * Searches for one queue, which others may have found before: the next reading has it.
   *
   * @returns whether it is there
   */
  lookFor?(name: string): Promise<boolean>
  /**
   * The address of a queue that is not among the last readings; null if it does not belong to this source. Absent in sources whose queues
   * are all at {@link place}, with their names as addresses.
   */
  locate?(place: string, name: string): string | null
  /** Closes what the source itself opened; never what was passed in. Never rejects; idempotent. */
  close(): Promise<void>

  /** A page of the jobs of one state. */
  jobs?(queue: string, query: JobQuery): Promise<JobListing>
  /**
   * Searches ids, names, errors and payloads, within limits. They are masked first: otherwise a match would reveal a part of a secret.
   */
  search?(queue: string, query: JobSearchQuery): Promise<JobSearch>
  /** Iterates over all jobs of one state as of a time, without duplicates, for bulk operations. */
  scan?(queue: string, query: JobScanQuery): Promise<JobScan>
  /** Null if there is no such job. */
  job?(queue: string, id: string): Promise<JobDetail | null>
  logs?(queue: string, id: string, query: { readonly offset: number; readonly limit: number }): Promise<JobLogs>
  /** The whole tree that the job belongs to, from its root; null if the job is gone. */
  flow?(queue: string, id: string): Promise<JobFlow | null>

  /** One outcome per id, in their order. A job whose state does not allow the action is an outcome, not an error. */
  retry?(queue: string, ids: readonly string[]): Promise<readonly JobOutcome[]>
  promote?(queue: string, ids: readonly string[]): Promise<readonly JobOutcome[]>
  remove?(queue: string, ids: readonly string[]): Promise<readonly JobOutcome[]>
  pause?(queue: string): Promise<void>
  resume?(queue: string): Promise<void>
  /** Removes jobs that came to a state before a time, oldest first, up to a limit. @returns how many */
  clean?(queue: string, query: JobCleanQuery): Promise<number>
  /**
   * Removes waiting and delayed jobs, up to a limit. @returns how many, 0 if there are no more
   *
   * @param onStop is called when only a part of the jobs was examined
   */
  empty?(queue: string, limit: number, onStop?: (stop: JobCleanStop) => void): Promise<number>
  add?(queue: string, job: NewJob): Promise<JobAddress>
  /** Adds a copy of a job. @throws if there is no such job */
  duplicate?(queue: string, id: string): Promise<JobAddress>

  /** All schedulers up to the source's limit; {@link omittedSchedulers} counts the rest. */
  schedulers?(queue: string): Promise<readonly SchedulerEntry[]>
  /** Null if there is no such scheduler. If the method is absent, Zenith searches {@link schedulers}. */
  scheduler?(queue: string, id: string): Promise<SchedulerEntry | null>
  /** Number of schedulers beyond the limit. @default 0 */
  omittedSchedulers?(queue: string): Promise<number>
  /** Adds one of its jobs now; its schedule is unchanged. @throws if there is no such scheduler */
  runScheduler?(queue: string, id: string): Promise<JobAddress>
  /** Creates or replaces. */
  saveScheduler?(queue: string, definition: SchedulerDefinition): Promise<void>
  /**
   * @param snapshot removes the scheduler only if it is unchanged since
   * @returns whether it was removed
   */
  removeScheduler?(queue: string, id: string, snapshot?: SchedulerSnapshot): Promise<boolean>
  /** Absent if the system has no pause: Zenith removes the scheduler then, and stores a snapshot of it. */
  pauseScheduler?(queue: string, id: string): Promise<void>
  resumeScheduler?(queue: string, id: string): Promise<void>
  /**
   * Everything that is needed to restore the scheduler.
   *
   * @throws if it could not be restored; the message has the reason
   */
  snapshotScheduler?(queue: string, id: string): Promise<SchedulerSnapshot>
  /**
   * Restores a scheduler, unless its id is in use. Runs that it missed are skipped.
   *
   * @returns false if the id is in use
   * @throws if it cannot be restored any more; the message has the reason
   */
  restoreScheduler?(queue: string, snapshot: SchedulerSnapshot): Promise<boolean>
}

/**
 * The field `refusal` of an error. Either the queue's system refused the action: a permission is missing, it is a read-only replica, it is
 * full, or it cannot answer now. Or the system works, and the current state does not allow the action (`condition`), or its object does not
 * exist any more (`gone`).
 */
export type RefusalKind = 'denied' | 'replica' | 'full' | 'unavailable' | 'condition' | 'gone'

export interface SourceReading {
  /** Identifies the server, whatever address it is connected by; null if unknown. */
  readonly server: string | null
  readonly queues: readonly QueueReading[]
  /** Number of queues beyond the limit, which are not read. @default 0 */
  readonly left?: number
}

/** A queue as its source reads it; the reporter adds its throughput. */
export interface QueueReading extends Omit<QueueEntry, 'place' | 'server' | 'throughput'> {
  /** Argument for the source's methods, if queues of several apps may have one name. @default its name */
  readonly address?: string
  /** Its location, if it is more precise than the source's. @default the source's */
  readonly place?: string
  /** Less precise locations that it had before: a queue of its name there is this one. */
  readonly formerPlaces?: readonly string[]
  /** Jobs per minute, where the system itself counts them. */
  readonly throughput: QueueEntry['throughput']
  /**
   * Counters of jobs that came and that ended; the throughput is the difference of two readings. Null if unknown. They may reset.
   */
  readonly totals: { readonly in: number | null; readonly out: number | null } | null
}

export interface JobQuery {
  readonly state: JobState
  readonly offset: number
  /** 1 to 1000 */
  readonly limit: number
  /** By the order in which they are processed or ended. */
  readonly order: 'newest' | 'oldest'
}

export interface JobSearchQuery {
  readonly state: JobState
  /** Case-insensitive. */
  readonly text: string
  /** Number of jobs to skip: `next` of the search before. @default 0 */
  readonly offset?: number
  /** Limits of matches, of examined jobs and of time. */
  readonly maxMatches: number
  readonly maxScanned: number
  readonly maxMs: number
  /** Stops the search early when the client has gone. */
  readonly signal?: AbortSignal
}

export interface JobCleanQuery {
  readonly state: JobState
  readonly before: number
  readonly limit: number
  /** Where to continue after a stop. */
  readonly cursor?: string | null
  /** Is called when only a part of the jobs was examined. */
  readonly onStop?: (stop: JobCleanStop) => void
}

/** How far a call got that did not reach the end. */
export interface JobCleanStop extends LookedAt {
  /** Where to continue; null: a repetition starts from the beginning. */
  readonly cursor: string | null
}

export interface JobScanQuery {
  readonly state: JobState
  /** Leaves out jobs that came to the state later, if the system records when. */
  readonly asOf: number
  /** Null at the beginning. */
  readonly cursor: string | null
  /** 1 to 1000 */
  readonly limit: number
}

export interface JobScan {
  readonly jobs: readonly JobSummary[]
  /** Null at the end. */
  readonly cursor: string | null
}
