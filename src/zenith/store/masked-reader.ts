import { inSlices } from '../../lib/async.js'
import type { FollowedPage, FollowQuery, Page, Reader, StreamName, StreamRecords } from '../../ports/index.js'
import type { QueueSnapshot } from '../../protocol/index.js'
import { redactName } from '../../redaction/name.js'
import {
  seenException,
  seenFinishedJobs,
  seenHeartbeat,
  seenJobError,
  seenQueue,
  seenQueueHistory,
  seenRollup,
  seenSlow,
} from '../../redaction/record.js'
import { maskSecrets } from '../../redaction/secrets.js'
import { timeOf } from './store-time.js'

/** Records to mask before yielding to the event loop. */
const SLICE = 50
/** A record of finished jobs has hundreds of them. */
const JOBS_SLICE = 1
/** The same names come with every interval. */
const MAX_NAMES = 20_000

/** Masks secrets in all that is read, so that Zenith shows, matches, counts, groups and sorts masked values only. */
export function maskedReader(reader: Reader): Reader {
  const nameOf = remembered(redactName)
  const placeOf = remembered(maskSecrets)
  const errorOf = remembered(seenJobError)
  const { queueHistory, finishedJobs, follow, services } = reader
  const seen: { readonly [Name in StreamName]: (record: StreamRecords[Name]) => StreamRecords[Name] } = {
    history: (rollup) => seenRollup(rollup, nameOf),
    queues: (history) => seenQueueHistory(history, placeOf),
    slow: seenSlow,
    jobs: (record) => seenFinishedJobs(record, { nameOf, placeOf, errorOf }),
  }
  return {
    kind: reader.kind,
    now: () => timeOf(reader),
    async nodes() {
      const found = await reader.nodes()
      const nodes = await inTurns(found.nodes, (entry) => {
        return entry.heartbeat ? { ...entry, heartbeat: seenHeartbeat(entry.heartbeat, nameOf) } : entry
      })
      return { ...found, nodes }
    },
    ...(services && { services: () => services.call(reader) }),
    slow: async (query) => maskPage(await reader.slow(query), seenSlow),
    exceptions: async (query) => maskPage(await reader.exceptions(query), seenException),
    rollups: async (query) => maskPage(await reader.rollups(query), seen.history),
    history: async (query) => maskPage(await reader.history(query), seen.history),
    ...(queueHistory && {
      queueHistory: async (query) => maskPage(await queueHistory.call(reader, query), seen.queues),
    }),
    ...(finishedJobs && {
      async finishedJobs(query) {
        const page = await finishedJobs.call(reader, query)
        return { ...page, records: await inTurns(page.records, seen.jobs, JOBS_SLICE) }
      },
    }),
    ...(follow && {
      async follow<Name extends StreamName>(query: FollowQuery<Name>) {
        const page = (await follow.call(reader, query)) as FollowedPage<StreamRecords[Name]>
        const slice = query.stream === 'jobs' ? JOBS_SLICE : SLICE
        return { ...page, records: await inTurns<StreamRecords[Name]>(page.records, seen[query.stream], slice) }
      },
    }),
    async queues() {
      const found = await reader.queues()
      const snapshots: QueueSnapshot[] = []
      for (const snapshot of found.snapshots)
        snapshots.push({ ...snapshot, queues: await inTurns(snapshot.queues, (queue) => seenQueue(queue, placeOf)) })
      return { ...found, snapshots }
    },
    ping: () => reader.ping(),
    close: () => reader.close(),
  }
}

async function maskPage<T>(page: Page<T>, see: (record: T) => T): Promise<Page<T>> {
  return page.records.length === 0 ? page : { ...page, records: await inTurns(page.records, see) }
}

async function inTurns<T>(items: readonly T[], see: (item: T) => T, slice = SLICE): Promise<T[]> {
  const seen: T[] = []
  await inSlices(items, slice, (item) => seen.push(see(item)))
  return seen
}

function remembered(mask: (name: string) => string): (name: string) => string {
  const known = new Map<string, string>()
  return (name) => {
    const masked = known.get(name) ?? mask(name)
    if (known.size >= MAX_NAMES) known.clear()
    known.set(name, masked)
    return masked
  }
}
