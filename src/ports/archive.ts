import type { PeopleStore } from './people.js'

/**
 * The archive: history, records and finished jobs in SQL, beyond what Redis keeps. All times are Unix ms. Methods reject with a readable
 * error without secrets when the database refuses the request or does not answer, and when a limit, a mark of a page (with the code
 * `bad_mark`) or a number is none.
 *
 * Not every database stores NUL characters, and UTF-8 has no half surrogate pairs: both become U+FFFD in every text, in those that are
 * written and in those that are searched.
 */

/** What a series of figures is about: the requests, jobs and processes of a service, or its queues. */
export type FigureKind = 'traffic' | 'queues'

/** Identifies a bucket of figures. */
export interface FigureKey {
  readonly kind: FigureKind
  /** A service; '' for queues that Zenith itself reads. */
  readonly scope: string
  /** Length of the bucket, ms. */
  readonly step: number
  /** Start of the bucket, a multiple of `step`. */
  readonly from: number
}

/** All figures of a scope over one bucket, encoded. The archive does not interpret the body. */
export interface FigureBucket extends FigureKey {
  readonly body: Uint8Array
}

/** The buckets of a scope and a step that begin in [from, to), ascending. */
export interface FigureQuery {
  readonly kind: FigureKind
  readonly scope: string
  readonly step: number
  readonly from: number
  readonly to: number
}

/** `event`: a version that appeared, a node that was lost or left, and others that a chart marks; `alert`: a change of an alert. */
export type ArchivedRecordKind = 'slow' | 'exception' | 'audit' | 'event' | 'alert'

/** Records that age: the audit trail stays for good. */
export const AGING_RECORDS: readonly ArchivedRecordKind[] = ['slow', 'exception', 'event', 'alert']

/** A record as it was read, masked. A kind and an id identify it: writing it again changes nothing. */
export interface ArchivedRecord {
  readonly kind: ArchivedRecordKind
  readonly id: string
  readonly at: number
  /** Null in the audit trail, and of an alert about no single service. */
  readonly service: string | null
  /** The route or job of a slow entry, the fingerprint of an exception, the action of a line of the audit trail, the type of an event, the rule of an alert. */
  readonly name: string | null
  /** JSON. */
  readonly body: string
}

/** Records in [from, to), in the order of their time, and of the same time by id. */
export interface RecordQuery {
  readonly kind: ArchivedRecordKind
  readonly from: number
  readonly to: number
  /** Only these services. */
  readonly services?: readonly string[]
  readonly name?: string
  /** @default 'newest' first */
  readonly order?: 'newest' | 'oldest'
  /** 1 to 1,000. */
  readonly limit: number
  /** `next` of the previous page in the same order. */
  readonly after?: string | null
}

/** A page in the order of its query. */
export interface ArchivePage<T> {
  readonly items: readonly T[]
  /** Pass it as `after` for the next page; null at the end. */
  readonly next: string | null
}

/** `retried`: the attempt failed and the queue was to try again. */
export type AttemptOutcome = 'completed' | 'failed' | 'retried'

/** The masked payload of a job. */
export interface ArchivedPayload {
  /** At most {@link MAX_ARCHIVED_PAYLOAD_CHARS}. */
  readonly text: string
  /** Whether the payload was longer. */
  readonly isCut: boolean
}

/**
 * One finished attempt of a job. A queue, an id and a start (else the end) identify it. Two clocks may tell ends of one attempt on both
 * sides of midnight: it is the same attempt if its ends are on the same UTC day or on neighbouring ones.
 */
export interface ArchivedJob {
  /** The queue's key, as in URLs. */
  readonly queue: string
  /** The queue's name. */
  readonly queueName: string
  readonly id: string
  readonly name: string
  readonly outcome: AttemptOutcome
  /** 1 for the first; null if unknown. */
  readonly attempt: number | null
  readonly addedAt: number | null
  readonly startedAt: number | null
  readonly finishedAt: number
  /** ms before the first attempt. */
  readonly waitMs: number | null
  /** ms */
  readonly runMs: number | null
  readonly service: string | null
  readonly node: string | null
  /** Message of the failure, masked, at most 300 characters. */
  readonly error: string | null
  readonly payload: ArchivedPayload | null
}

/** A job to write. */
export interface IndexedJob extends ArchivedJob {
  /**
   * What the job is found by: see `src/search`. Empty without a payload. Terms longer than {@link MAX_ARCHIVED_TERM_BYTES} are left out,
   * and those after {@link MAX_ARCHIVED_TERMS} or after {@link MAX_ARCHIVED_TERMS_BYTES} of a job.
   */
  readonly terms: readonly string[]
}

/** A job to write whose payload is not masked yet: that takes long, and is done on the archive's thread. */
export interface RawJob extends Omit<ArchivedJob, 'payload'> {
  readonly payload: RawPayload | null
}

/**
 * The payload as the queue stores it, or as a worker sealed it: the payloads of many jobs are one block, which `open` of `src/signing` opens
 * and `parsePayloads` reads. Jobs of one block share its bytes.
 */
export type RawPayload = { readonly kind: 'text'; readonly text: string } | SealedPayload

export interface SealedPayload {
  readonly kind: 'sealed'
  readonly bytes: Uint8Array
  readonly context: string
  /** Of the job's payload in the block. */
  readonly index: number
}

/** A part of a stream that was trimmed before it was archived. */
export interface ArchiveGap {
  /** `history:shop`: the stream. */
  readonly stream: string
  readonly from: number
  readonly to: number
  /** Number of records lost; null if unknown. */
  readonly lost: number | null
}

/** What is written at once: all of it or nothing. */
export interface ArchiveBatch<Job> {
  /** The position of the stream that the batch was read from. If the archive's is not `expected` any more, nothing is written. */
  readonly cursor: { readonly stream: string; readonly expected: string | null; readonly next: string }
  /** Replace the buckets of the same keys. */
  readonly figures?: readonly FigureBucket[]
  readonly records?: readonly ArchivedRecord[]
  /**
   * An attempt that the archive has already is completed: unknown values are filled in, known ones stay. Terms belong to the payload that
   * they came with. Attempts in one batch may be the same, too.
   */
  readonly jobs?: readonly Job[]
  readonly gaps?: readonly ArchiveGap[]
}

/** A field of a job that has one of few values. */
export type JobField = 'outcome' | 'queueName' | 'queue' | 'name' | 'service' | 'id'
/** A figure of a job, ms or a number. */
export type JobFigure = 'runMs' | 'waitMs' | 'attempt'

/** A condition on jobs. All conditions of a query have to hold. `isNot` turns it over: it holds for all jobs that it would not hold for. */
export type JobCondition =
  /** The payload has the term, or a term that begins with it. No payload has no term. */
  | { readonly by: 'term'; readonly term: string; readonly isPrefix: boolean; readonly isNot: boolean }
  /**
   * The payload's text has `text`, in any case, width and spacing, as it is written or without the escapes of JSON: see `src/lib/phrase.ts`.
   * Checked on the jobs that all other conditions leave; a page ends early when many payloads were read for it: follow `next`.
   */
  | { readonly by: 'phrase'; readonly text: string; readonly isNot: boolean }
  /** A field equals the pattern, in which `*` stands for any text, also none. Case-sensitive. A null never matches: with `isNot` it does. */
  | { readonly by: 'field'; readonly field: JobField; readonly pattern: string; readonly isNot: boolean }
  /** A figure lies in [atLeast, atMost]; null: without that bound. A figure that is null never matches: with `isNot` it does. */
  | {
      readonly by: 'figure'
      readonly figure: JobFigure
      readonly atLeast: number | null
      readonly atMost: number | null
      readonly isNot: boolean
    }

/**
 * Queues by patterns of their names or keys, in which `*` is any text. A queue is one of them if for one entry a pattern of each list fits
 * it. Without entries: no queue.
 */
export type QueueSet = readonly (readonly (readonly string[])[])[]

/** Attempts that finished in [from, to) and fulfil all conditions. */
export interface ArchivedJobFilter {
  readonly from: number
  readonly to: number
  readonly conditions: readonly JobCondition[]
  /** Only of queues that all of these sets have. @default all queues */
  readonly only?: readonly QueueSet[]
}

/** Newest first; of the same end by queue, id and start, descending, compared by their UTF-8 bytes. */
export interface ArchivedJobQuery extends ArchivedJobFilter {
  /** 1 to 1,000. */
  readonly limit: number
  readonly after?: string | null
  /** Whether payloads are returned, too. @default false */
  readonly withPayloads?: boolean
}

/** How many attempts have each value of a field, most first; equal ones by value, ascending. Nulls are not counted. */
export interface JobFacets {
  /** Number of attempts that fulfil the filter. */
  readonly total: number
  /** Whether counting stopped, at the limit or when many payloads were read for a phrase: `total` and the counts are of the newest then. */
  readonly isPartial: boolean
  readonly fields: Readonly<Record<'outcome' | 'queueName' | 'name' | 'service', readonly JobFacet[]>>
}

export interface JobFacet {
  readonly value: string
  readonly count: number
}

/** Attempts that the archive has of each queue over a time, to compare with what workers counted. */
export interface ArchivedCount {
  readonly queue: string
  readonly queueName: string
  readonly service: string | null
  readonly attempts: number
}

/** What the archive holds. Sizes in bytes on disk, as far as the database tells them. */
export interface ArchiveStatus {
  readonly bytes: {
    readonly figures: number
    readonly records: number
    readonly jobs: number
    readonly payloads: number
    readonly total: number
  }
  /** Number of attempts, and of those with a payload. About, if the database only estimates it. */
  readonly jobs: number
  readonly payloads: number
  /** Since when; null without any. */
  readonly since: { readonly figures: number | null; readonly jobs: number | null; readonly payloads: number | null }
  /** Free and total bytes of the disk; null if unknown: the database is on another machine. */
  readonly disk: { readonly free: number; readonly total: number } | null
  /** Parts that can't be read, such as a damaged day; the others answer. */
  readonly problems: readonly ArchiveProblem[]
}

export interface ArchiveProblem {
  /** `jobs/2026-11-30.db`: the part. */
  readonly part: string
  /** Readable, without secrets. */
  readonly message: string
}

/**
 * What is deleted, oldest first, in whole UTC days: those that ended before `now` less the age. Null: no limit. Payloads go with their
 * jobs. Gaps go at the longest age of figures, records and jobs, and stay while one of the three has no limit.
 */
export interface ArchiveLimits {
  readonly now: number
  /** Age of figures by step, ms. Steps that are missing stay. */
  readonly figuresMs: ReadonlyMap<number, number>
  /** Of all records but the audit trail, which stays. */
  readonly recordsMs: number | null
  readonly jobsMs: number | null
  readonly payloadsMs: number | null
  /** Payloads first, then jobs, until the archive is no larger. The day of `now` stays. */
  readonly maxBytes: number | null
  /** Share of the disk, 0 to 1, that must be free: payloads first, then jobs. The day of `now` stays. Without effect if the disk is unknown. */
  readonly minFreeShare: number | null
}

export interface PruneReport {
  readonly figures: number
  readonly records: number
  readonly gaps: number
  /** UTC days, `2026-11-30`. */
  readonly jobDays: readonly string[]
  readonly payloadDays: readonly string[]
}

/** An archive. Made by `(options) => Archive`; nothing is opened before the first call. */
export interface ArchiveOf<Job> {
  /** `sqlite`, `postgres`. */
  readonly kind: string
  /** Where it is, without secrets. */
  readonly place: string
  /** Opens it, and creates what is missing. Idempotent. Rejects with what to do when another process has it or it can't be opened. */
  open(): Promise<void>
  /** The position of a stream; null if nothing of it was archived. */
  cursor(stream: string): Promise<string | null>
  /** @returns false when the cursor is not the expected one: then nothing is written. Neither is anything of a batch that rejects. */
  write(batch: ArchiveBatch<Job>): Promise<boolean>
  figures(query: FigureQuery): Promise<readonly FigureBucket[]>
  /** The scopes that have a bucket of the kind that begins in [from, to), ascending. */
  scopes(query: { readonly kind: FigureKind; readonly from: number; readonly to: number }): Promise<readonly string[]>
  records(query: RecordQuery): Promise<ArchivePage<ArchivedRecord>>
  jobs(query: ArchivedJobQuery): Promise<ArchivePage<ArchivedJob>>
  /** @param limit of attempts that are counted, newest first */
  facets(filter: ArchivedJobFilter, limit: number): Promise<JobFacets>
  /**
   * All attempts of a job, oldest first; at most 1,000, the newest. With their payloads, the newest attempts' first, up to
   * {@link MAX_ATTEMPTS_PAYLOAD_CHARS}: those of the others are cut to ''.
   */
  attempts(queue: string, id: string): Promise<readonly ArchivedJob[]>
  /** Attempts that were running at a time: it lies in [start, end). The first `limit` by start, without payloads. */
  runningAt(at: number, limit: number): Promise<readonly ArchivedJob[]>
  counts(query: { readonly from: number; readonly to: number }): Promise<readonly ArchivedCount[]>
  /** Gaps that overlap [from, to), ascending by their start. */
  gaps(query: { readonly from: number; readonly to: number }): Promise<readonly ArchiveGap[]>
  status(): Promise<ArchiveStatus>
  prune(limits: ArchiveLimits): Promise<PruneReport>
  /** Deletes all attempts that fulfil the filter, so that no byte of their payloads is left in the database's files. @returns how many */
  forget(filter: ArchivedJobFilter): Promise<number>
  /** Checks the database's files or tables. */
  verify(): Promise<readonly ArchiveProblem[]>
  /** Idempotent. Never rejects. */
  close(): Promise<void>
}

/** What Zenith uses: it runs on a thread that masks and indexes payloads. */
export interface Archive extends ArchiveOf<RawJob> {
  /** The tokens that workers sealed payloads with, for all batches that are written from now on. Without them sealed payloads are left out. */
  setTokens?(tokens: readonly string[]): void
  /** Gets what is found when sealed payloads are opened, once for each batch that has some and was written. Replaces the one before. */
  onSealed?(listener: (found: SealedFound) => void): void
  /**
   * Where users are stored, in the archive's directory or schema: always the same store, which is opened when it is used and closed with
   * the archive. Absent: this archive has no place for users.
   */
  people?(): PeopleStore
  /**
   * The archive of one of several clusters, beside this one: in a directory or schema of its own, with nothing in common. Closing this one
   * leaves it open. Absent: this archive can't separate clusters.
   *
   * @param id lower-case letters, digits and hyphens
   */
  cluster?(id: string): Archive
}

/** What was found when the sealed payloads of a batch were opened. */
export interface SealedFound {
  /** Whether there was a token to open them with. */
  readonly hasToken: boolean
  /** Services with payloads that were opened. */
  readonly opened: readonly string[]
  /** Services with payloads that could not be opened: they were sealed with another token. */
  readonly unopened: readonly string[]
}

/** What a driver implements. */
export type ArchiveDriver = ArchiveOf<IndexedJob>

/** Longest payload that is archived, in characters of its masked text; the rest is cut. */
export const MAX_ARCHIVED_PAYLOAD_CHARS = 65_536

/** Payloads of the attempts of one job in an answer, in characters. */
export const MAX_ATTEMPTS_PAYLOAD_CHARS = 2_000_000

/** Longest term, in bytes of UTF-8. */
export const MAX_ARCHIVED_TERM_BYTES = 1024

/** Most terms of a job. */
export const MAX_ARCHIVED_TERMS = 10_000

/** All terms of a job together, in bytes of UTF-8. */
export const MAX_ARCHIVED_TERMS_BYTES = 1_000_000
