import type { Archive, ArchivedRecord, RawJob, SealedFound } from '../../ports/index.js'
import { bucketStart } from '../figures/levels.js'

/** An event says that payloads of a service could not be opened in these many ms: one for each job would be too many. */
const STEP_MS = 10 * 60_000
const NAME = 'unopened'
/** Events of one page, and most pages that are read: ten services over a day. */
const PAGE = 1_000
const MAX_PAGES = 2

/** Jobs of a service whose payloads could not be opened, because none of Zenith's tokens sealed them. */
export interface Unopened {
  readonly service: string
  /** When the last of them ended, Unix ms: up to 10 min before it. */
  readonly at: number
}

/** Events for jobs whose payloads could not be opened. Those of a time and a service are one: the archive keeps the first. */
export function unopenedEvents(jobs: readonly RawJob[]): readonly ArchivedRecord[] {
  const events = new Map<string, ArchivedRecord>()
  for (const { service, finishedAt } of jobs) {
    const at = bucketStart(finishedAt, STEP_MS)
    const id = `${NAME}/${service ?? ''}/${at}`
    events.set(id, { kind: 'event', id, at, service: service ?? '', name: NAME, body: '{}' })
  }
  return [...events.values()]
}

/** The services of sealed payloads; null without any. */
export function sealedIn(
  jobs: readonly RawJob[],
  unopened: ReadonlySet<RawJob>,
): Pick<SealedFound, 'opened' | 'unopened'> | null {
  const sealed = jobs.filter(({ payload }) => payload?.kind === 'sealed')
  const servicesOf = (some: readonly RawJob[]) => [...new Set(some.map(({ service }) => service ?? ''))]
  if (sealed.length === 0) return null
  return { opened: servicesOf(sealed.filter((job) => !unopened.has(job))), unopened: servicesOf([...unopened]) }
}

/** Services of which payloads could not be opened in [from, to), by name. */
export async function readUnopened(
  archive: Pick<Archive, 'records'>,
  time: { readonly from: number; readonly to: number },
): Promise<readonly Unopened[]> {
  const latest = new Map<string, number>()
  const query = { kind: 'event', name: NAME, from: bucketStart(time.from, STEP_MS), to: time.to, limit: PAGE } as const
  let after: string | null = null
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const page: Awaited<ReturnType<Archive['records']>> = await archive.records({ ...query, after })
    for (const { service, at } of page.items) if (!latest.has(service ?? '')) latest.set(service ?? '', at)
    after = page.next
    if (after === null) break
  }
  return [...latest]
    .map(([service, at]) => ({ service, at }))
    .sort((one, other) => (one.service < other.service ? -1 : 1))
}
