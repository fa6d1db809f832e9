import type {
  Archive,
  ArchivedRecord,
  ArchiveGap,
  FollowedPage,
  Reader,
  StreamName,
  StreamRecords,
} from '../../ports/index.js'
import { type ExceptionRecord, type FinishedQueue, MAX_EXCEPTIONS } from '../../protocol/index.js'
import { mergeFigures, QUEUES, TRAFFIC } from '../figures/merge.js'
import { type Feed, type FeedStep, gapsOf } from './feed.js'
import { rawJobsOf } from './raw-jobs.js'

/** A record from further in the future is not believed, ms. */
const MAX_AHEAD_MS = 60_000
/** Figures and jobs of an earlier time are not believed, ms: Redis keeps records for an hour. */
const MAX_AGE_MS = 7 * 24 * 60 * 60_000

/** What feeds read from, and the archive whose figures they merge into. */
export interface FeedSources {
  readonly reader: Reader
  readonly archive: Pick<Archive, 'figures'>
  /** The key of a queue in URLs. */
  readonly keyOf: (queue: FinishedQueue) => string
}

/** All feeds of a service. */
export function serviceFeeds(sources: FeedSources, service: string): readonly Feed[] {
  return [
    trafficFeed(sources, service),
    queueFeed(sources, service),
    slowFeed(sources, service),
    jobFeed(sources, service),
    exceptionFeed(sources, service),
  ]
}

function trafficFeed({ reader, archive }: FeedSources, service: string): Feed {
  return streamFeed(reader, 'history', service, async ({ records }) => {
    return {
      figures: await mergeFigures(archive, TRAFFIC, service, records.filter(isOfLateTime(reader, ({ to }) => to))),
    }
  })
}

/** @param service null for queues that Zenith itself reads */
export function queueFeed({ reader, archive }: FeedSources, service: string | null): Feed {
  return streamFeed(reader, 'queues', service, async ({ records }) => {
    return {
      figures: await mergeFigures(archive, QUEUES, service ?? '', records.filter(isOfLateTime(reader, ({ to }) => to))),
    }
  })
}

function slowFeed({ reader }: FeedSources, service: string): Feed {
  return streamFeed(reader, 'slow', service, async ({ records, identities }) => ({
    records: records.map((entry, index) => ({
      kind: 'slow',
      id: `${service}/${identities[index]}`,
      at: entry.ts,
      service,
      name: entry.name,
      body: JSON.stringify(entry),
    })),
  }))
}

/** Finished jobs as the workers of a service recorded them. */
function jobFeed({ reader, keyOf }: FeedSources, service: string): Feed {
  return streamFeed(reader, 'jobs', service, async ({ records }) => ({
    jobs: records
      .flatMap((record) => rawJobsOf(service, record, keyOf))
      .filter(isOfLateTime(reader, ({ finishedAt }) => finishedAt)),
    recordGaps: records
      .filter(({ left }) => left > 0)
      .filter(isOfLateTime(reader, ({ from }) => from))
      .map(({ from, to, left }) => ({ stream: `jobs:${service}`, from, to, lost: left })),
  }))
}

/** Exceptions are in a sorted set, which keeps the newest: how many it dropped meanwhile is not known. */
function exceptionFeed({ reader }: FeedSources, service: string): Feed {
  const stream = `exceptions:${service}`
  return {
    stream,
    async next(after) {
      const { records, cursor } = await reader.exceptions({ service, after, limit: MAX_EXCEPTIONS })
      if (cursor === null || records.length === 0) return null
      const isFull = after !== null && records.length >= MAX_EXCEPTIONS
      const lost = { count: null, from: scoreOf(after), to: records[0]?.ts ?? 0 }
      return {
        cursor,
        isAtEnd: true,
        records: records.map((record) => exceptionRecord(service, record)),
        gaps: gapsOf(stream, isFull && lost.to > lost.from ? lost : null),
      }
    },
  }
}

function exceptionRecord(service: string, record: ExceptionRecord): ArchivedRecord {
  return {
    kind: 'exception',
    id: `${service}/${record.id}`,
    at: record.ts,
    service,
    name: record.fingerprint ?? record.name,
    body: JSON.stringify(record),
  }
}

/** The earliest time in a cursor of exceptions, which joins those of several keys, of which some have none; 0 without one. */
function scoreOf(cursor: string | null): number {
  const scores = (cursor ?? '').split(';').map((part) => Number.parseFloat(part))
  const known = scores.filter((score) => Number.isFinite(score) && score >= 0)
  return known.length > 0 ? Math.min(...known) : 0
}

/** What a page of a stream gives the archive. */
interface StreamBatch extends Pick<FeedStep, 'figures' | 'records' | 'jobs'> {
  /** What the records themselves say was lost. */
  readonly recordGaps?: readonly ArchiveGap[]
}

function streamFeed<Name extends StreamName>(
  reader: Reader,
  name: Name,
  service: string | null,
  toBatch: (page: FollowedPage<StreamRecords[Name]>) => Promise<StreamBatch>,
): Feed {
  const stream = `${name}:${service ?? ''}`
  return {
    stream,
    async next(after) {
      const page = await reader.follow?.({ stream: name, service, after })
      if (!page || page.cursor === null || (page.cursor === after && !page.lost)) return null
      const { recordGaps = [], ...batch } = await toBatch(page)
      const gaps = [...gapsOf(stream, page.lost), ...recordGaps]
      return { ...batch, cursor: page.cursor, isAtEnd: page.more === undefined, gaps }
    },
  }
}

/** Each day has files or tables of its own: times that are absurd would make thousands, and figures that seem to begin in 1970. */
function isOfLateTime<T>(reader: Reader, timeOf: (one: T) => number): (one: T) => boolean {
  const now = reader.now?.() ?? Date.now()
  return (one) => timeOf(one) <= now + MAX_AHEAD_MS && timeOf(one) >= now - MAX_AGE_MS
}
