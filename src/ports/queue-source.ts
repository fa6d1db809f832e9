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
 * A system of queues, and a way to it: `(options) => QueueSource`. What a system cannot do its source does not have, and
 * does not name among its capabilities: the optional methods.
 *
 * Nothing is connected before the first call. No method creates a key by looking, and only what is called to change
 * something does. Methods reject with an error whose message says what is wrong, in words and without secrets. Times: Unix
 * ms. Methods take a queue's address: its name, unless its reading gives another one.
 */
export interface QueueSource {
  readonly driver: QueueDriver
  /** Where it is, without secrets: `127.0.0.1:6379/0 bull`. The same for two sources of one place. */
  readonly place: string
  /** The queues that are watched; null: all that are found, looked for at most once a minute. */
  readonly names: readonly string[] | null
  /** What queues of this kind can do, as far as this source has methods for it. */
  readonly capabilities: readonly QueueCapability[]
  /** How often it may be read at the most, ms; null: as often as somebody likes. */
  readonly pollEvery: number | null
  /**
   * What holds of every queue now. Reads all of them together, in a few calls. A queue that can't be read has an `error`
   * and hides no other. Rejects only when the system does not answer at all.
   *
   * @param names these queues are enough: another node reports the rest. A source need not heed it.
   */
  read(names?: readonly string[]): Promise<SourceReading>
  /**
   * The address of a queue that was not among the last readings, by its place and name; null when it is not of this source.
   * Left out by sources whose queues are all at {@link place}, under their names.
   */
  locate?(place: string, name: string): string | null
  /** Ends what the source itself opened; never what was passed in. Never rejects, harmless twice. */
  close(): Promise<void>

  /** A part of the jobs of one state. */
  jobs?(queue: string, query: JobQuery): Promise<JobListing>
  /**
   * Looks for a text in ids, names, errors and payloads, within bounds: in what is seen of them, masked, for whether something is
   * found would tell what is in it.
   */
  search?(queue: string, query: JobSearchQuery): Promise<JobSearch>
  /** All jobs of one state, part by part, none twice, as they were at a time: for bulk operations. */
  scan?(queue: string, query: JobScanQuery): Promise<JobScan>
  /** Null when there is no such job. */
  job?(queue: string, id: string): Promise<JobDetail | null>
  logs?(queue: string, id: string, query: { readonly offset: number; readonly limit: number }): Promise<JobLogs>
  /** The whole tree that the job belongs to is looked for from its root; null when the job is gone. */
  flow?(queue: string, id: string): Promise<JobFlow | null>

  /** One outcome for each id, in their order. What is not in a state that allows it is an outcome, not an error. */
  retry?(queue: string, ids: readonly string[]): Promise<readonly JobOutcome[]>
  promote?(queue: string, ids: readonly string[]): Promise<readonly JobOutcome[]>
  remove?(queue: string, ids: readonly string[]): Promise<readonly JobOutcome[]>
  pause?(queue: string): Promise<void>
  resume?(queue: string): Promise<void>
  /** Removes jobs of one state that came to it before a time, the oldest first, at most so many. @returns how many */
  clean?(queue: string, query: JobCleanQuery): Promise<number>
  /**
   * Removes jobs that wait or are delayed, at most so many. @returns how many, 0 when there are no more
   *
   * @param onStop is told when it looked at a part of the jobs only
   */
  empty?(queue: string, limit: number, onStop?: (stop: JobCleanStop) => void): Promise<number>
  add?(queue: string, job: NewJob): Promise<JobAddress>
  /** Adds a job like this one. @throws when there is no such job */
  duplicate?(queue: string, id: string): Promise<JobAddress>

  /** All of them, as far as the source lists so many; {@link omittedSchedulers} tells how many it leaves out. */
  schedulers?(queue: string): Promise<readonly SchedulerEntry[]>
  /** Null when there is no such scheduler. Without it, it is looked for among all. */
  scheduler?(queue: string, id: string): Promise<SchedulerEntry | null>
  /** How many schedulers are not listed because they are too many. @default none */
  omittedSchedulers?(queue: string): Promise<number>
  /** Adds one of its jobs now; its schedule stays. @throws when there is no such scheduler */
  runScheduler?(queue: string, id: string): Promise<JobAddress>
  /** Creates or replaces. */
  saveScheduler?(queue: string, definition: SchedulerDefinition): Promise<void>
  /**
   * With a snapshot the scheduler is removed only while it is what the snapshot holds.
   *
   * @returns whether there was one, and it was removed
   */
  removeScheduler?(queue: string, id: string, snapshot?: SchedulerSnapshot): Promise<boolean>
  /** Only where the system itself can; elsewhere Zenith removes it and keeps a snapshot of it. */
  pauseScheduler?(queue: string, id: string): Promise<void>
  resumeScheduler?(queue: string, id: string): Promise<void>
  /**
   * All that it takes to put a scheduler back as it is.
   *
   * @throws when it could not be put back; the message says why
   */
  snapshotScheduler?(queue: string, id: string): Promise<SchedulerSnapshot>
  /**
   * Puts a scheduler back as it was, unless its id is taken. Turns that it missed are left out.
   *
   * @returns false when there is one of its id
   * @throws when it can't be put back any more; the message says why
   */
  restoreScheduler?(queue: string, snapshot: SchedulerSnapshot): Promise<boolean>
}

/**
 * Why something was not done, as the field `refusal` of the error. The queue's system refused it: a right is missing, it is a
 * replica that only reads, it is full, or it can't answer now. Or the system works, and what was asked for does not fit how
 * things are (`condition`), or is about what is not there any more (`gone`).
 */
export type RefusalKind = 'denied' | 'replica' | 'full' | 'unavailable' | 'condition' | 'gone'

export interface SourceReading {
  /** Which server it is, whatever address it was reached by; null when that can't be told. */
  readonly server: string | null
  readonly queues: readonly QueueReading[]
  /** Queues that were found and are too many to be read. @default 0 */
  readonly left?: number
}

/** A queue as its source sees it; how fast it goes is for others to say. */
export interface QueueReading extends Omit<QueueEntry, 'place' | 'server' | 'throughput'> {
  /** What methods of the source take for it, where queues of several apps may have one name. @default its name */
  readonly address?: string
  /** Where it is, when the source knows more than its own place does. @default the place of the source */
  readonly place?: string
  /** Places that it had while less was known of it: a queue of its name there is this one. */
  readonly formerPlaces?: readonly string[]
  /** Jobs per minute, where the system itself counts them. */
  readonly throughput: QueueEntry['throughput']
  /**
   * Jobs that came and that ended since some time, for the difference of two readings to tell how fast it goes; null where
   * that can't be told. They may begin anew.
   */
  readonly totals: { readonly in: number | null; readonly out: number | null } | null
}

export interface JobQuery {
  readonly state: JobState
  readonly offset: number
  /** 1 to 1000 */
  readonly limit: number
  /** By the order in which they are taken or ended. */
  readonly order: 'newest' | 'oldest'
}

export interface JobSearchQuery {
  readonly state: JobState
  /** Found in any case. */
  readonly text: string
  /** How many to leave out at the beginning: `next` of what was found before. @default 0 */
  readonly offset?: number
  /** Stops after so many matches, so many jobs looked at, or so long, ms. */
  readonly maxMatches: number
  readonly maxScanned: number
  readonly maxMs: number
  /** Stops early when it is aborted: nobody waits for what is found any more. */
  readonly signal?: AbortSignal
}

export interface JobCleanQuery {
  readonly state: JobState
  readonly before: number
  readonly limit: number
  /** Where to go on after a stop. */
  readonly cursor?: string | null
  /** Is told when it looked at a part of the jobs only, whatever it removed of them. */
  readonly onStop?: (stop: JobCleanStop) => void
}

/** How far a call looked when that was not to the end. */
export interface JobCleanStop extends LookedAt {
  /** For going on from there; null: a repetition begins at the front again. */
  readonly cursor: string | null
}

export interface JobScanQuery {
  readonly state: JobState
  /** Leaves out what came to the state later, as far as the system says when that was. */
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
