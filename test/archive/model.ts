import { completedJob, distinctJobs, startOf } from '../../src/archive/shared/attempts.js'
import { checkBatch, checkLimit } from '../../src/archive/shared/checks.js'
import { DAY_MS, dayName, dayStart } from '../../src/archive/shared/days.js'
import { markOf, readMark } from '../../src/archive/shared/marks.js'
import { storableText } from '../../src/archive/shared/texts.js'
import { hasPhrase } from '../../src/lib/phrase.js'
import type {
  ArchiveBatch,
  ArchiveDriver,
  ArchivedCount,
  ArchivedJob,
  ArchivedJobFilter,
  ArchivedRecord,
  ArchiveGap,
  ArchiveLimits,
  FigureBucket,
  IndexedJob,
  JobCondition,
  JobFacet,
  QueueSet,
} from '../../src/ports/archive.js'
import { byBytes } from './conformance/samples.js'

/** What a model holds: it survives the driver. */
export class ModelPlace {
  cursors = new Map<string, string>()
  figures: FigureBucket[] = []
  records: ArchivedRecord[] = []
  jobs: IndexedJob[] = []
  gaps: ArchiveGap[] = []
}

/** An archive of arrays and filters, as plain as the port: what the drivers are compared with. */
export function modelDriver(place: ModelPlace): ArchiveDriver {
  return {
    kind: 'model',
    place: 'memory',
    open: async () => {},
    close: async () => {},
    verify: async () => [],
    cursor: async (stream) => place.cursors.get(storableText(stream)) ?? null,
    write: async (batch) => write(place, batch),
    figures: async ({ kind, scope, step, from, to }) =>
      place.figures
        .filter(
          (b) => b.kind === kind && b.scope === storableText(scope) && b.step === step && within(b.from, from, to),
        )
        .sort((a, b) => a.from - b.from),
    scopes: async ({ kind, from, to }) =>
      [...new Set(place.figures.flatMap((b) => (b.kind === kind && within(b.from, from, to) ? [b.scope] : [])))].sort(
        byBytes,
      ),
    records: async ({ kind, from, to, services, name, order, limit, after }) => {
      checkLimit(limit)
      const mark = readMark(after, ['number', 'string'])
      const wanted = services?.map(storableText)
      const sign = order === 'oldest' ? -1 : 1
      const found = place.records
        .filter((r) => r.kind === kind && within(r.at, from, to))
        .filter((r) => !wanted || (r.service !== null && wanted.includes(r.service)))
        .filter((r) => name === undefined || r.name === storableText(name))
        .sort((a, b) => sign * (b.at - a.at || byBytes(b.id, a.id)))
        .filter((r) => !mark || sign * (r.at - mark[0] || byBytes(r.id, mark[1])) < 0)
      const items = found.slice(0, limit)
      const last = items.at(-1)
      return { items, next: last && found.length > limit ? markOf([last.at, last.id]) : null }
    },
    jobs: async ({ limit, after, withPayloads, ...filter }) => {
      checkLimit(limit)
      const mark = readMark(after, ['number', 'string', 'string', 'number'])
      const found = matching(place, filter).filter((job) => !mark || newestFirst(job, ofMark(mark)) > 0)
      const last = found[limit - 1]
      const next = last && found.length > limit ? markOf([last.finishedAt, last.queue, last.id, startOf(last)]) : null
      return { items: found.slice(0, limit).map((job) => read(job, withPayloads)), next }
    },
    facets: async (filter, limit) => {
      const found = matching(place, filter)
      const counted = found.slice(0, limit)
      const of = (field: 'outcome' | 'queueName' | 'name' | 'service') => facets(counted.map((job) => job[field]))
      return {
        total: counted.length,
        isPartial: found.length > limit,
        fields: { outcome: of('outcome'), queueName: of('queueName'), name: of('name'), service: of('service') },
      }
    },
    attempts: async (queue, id) =>
      place.jobs
        .filter((job) => job.queue === storableText(queue) && job.id === storableText(id))
        .sort(newestFirst)
        .slice(0, 1000)
        .map((job) => read(job, true))
        .map((job, index, all) => {
          const chars = all.slice(0, index + 1).reduce((sum, { payload }) => sum + (payload?.text.length ?? 0), 0)
          return job.payload && chars > 2_000_000 ? { ...job, payload: { text: '', isCut: true } } : job
        })
        .reverse(),
    runningAt: async (at, limit) =>
      place.jobs
        .filter((job) => job.startedAt !== null && job.startedAt <= at && at < job.finishedAt)
        .sort((a, b) => startOf(a) - startOf(b) || byBytes(a.queue, b.queue) || byBytes(a.id, b.id))
        .slice(0, limit)
        .map((job) => read(job)),
    counts: async ({ from, to }) => counts(place.jobs.filter((job) => within(job.finishedAt, from, to))),
    gaps: async ({ from, to }) =>
      place.gaps
        .filter((gap) => gap.from < to && gap.to > from)
        .sort((a, b) => a.from - b.from || byBytes(a.stream, b.stream)),
    status: async () => status(place),
    prune: async (limits) => prune(place, limits),
    forget: async (filter) => {
      const found = new Set(matching(place, filter))
      place.jobs = place.jobs.filter((job) => !found.has(job))
      return found.size
    },
  }
}

const within = (at: number, from: number, to: number) => at >= from && at < to

function write(place: ModelPlace, batch: ArchiveBatch<IndexedJob>): boolean {
  checkBatch(batch)
  const [stream, expected, next] = [batch.cursor.stream, batch.cursor.expected, batch.cursor.next].map(
    (text) => text && storableText(text),
  ) as [string, string | null, string]
  if ((place.cursors.get(stream) ?? null) !== expected) return false
  place.cursors.set(stream, next)
  for (const given of batch.figures ?? []) {
    const bucket = { ...given, scope: storableText(given.scope), body: Uint8Array.from(given.body) }
    const isOther = (b: FigureBucket) =>
      b.kind !== bucket.kind || b.scope !== bucket.scope || b.step !== bucket.step || b.from !== bucket.from
    place.figures = [...place.figures.filter(isOther), bucket]
  }
  const known = new Set(place.records.map(({ kind, id }) => `${kind} ${id}`))
  for (const given of batch.records ?? []) {
    const record = storable(given)
    if (!known.has(`${record.kind} ${record.id}`)) place.records.push(record)
    known.add(`${record.kind} ${record.id}`)
  }
  writeJobs(place, batch.jobs ?? [])
  place.gaps.push(...(batch.gaps ?? []).map(storable))
  return true
}

/** All texts of it storable. */
function storable<T extends object>(item: T): T {
  return Object.fromEntries(
    Object.entries(item).map(([key, value]) => [key, typeof value === 'string' ? storableText(value) : value]),
  ) as T
}

function writeJobs(place: ModelPlace, jobs: readonly IndexedJob[]): void {
  const key = (job: IndexedJob) => JSON.stringify([job.queue, job.id, startOf(job)])
  const found = new Map<string, number[]>()
  place.jobs.forEach((job, i) => {
    found.set(key(job), [...(found.get(key(job)) ?? []), i])
  })
  for (const job of distinctJobs(jobs)) {
    const near = (found.get(key(job)) ?? []).find((i) => isNear(place.jobs[i], job))
    const known = near === undefined ? undefined : place.jobs[near]
    if (near !== undefined && known) place.jobs[near] = completedJob(known, job)
    else place.jobs.push(job)
  }
  place.jobs.sort(newestFirst)
}

function isNear(known: IndexedJob | undefined, job: IndexedJob): boolean {
  return known !== undefined && Math.abs(dayStart(known.finishedAt) - dayStart(job.finishedAt)) <= DAY_MS
}

const ofMark = ([finishedAt, queue, id, startedAt]: readonly [number, string, string, number]) => ({
  finishedAt,
  queue,
  id,
  startedAt,
})

type Ordered = Pick<IndexedJob, 'finishedAt' | 'queue' | 'id' | 'startedAt'>

function newestFirst(a: Ordered, b: Ordered): number {
  return b.finishedAt - a.finishedAt || byBytes(b.queue, a.queue) || byBytes(b.id, a.id) || startOf(b) - startOf(a)
}

function read({ terms, ...job }: IndexedJob, withPayload = false): ArchivedJob {
  return withPayload ? job : { ...job, payload: null }
}

/** The jobs are in their order. */
function matching(place: ModelPlace, { from, to, conditions, only = [] }: ArchivedJobFilter): IndexedJob[] {
  return place.jobs.filter(
    (job) =>
      within(job.finishedAt, from, to) &&
      conditions.every((c) => holds(job, c) !== c.isNot) &&
      only.every((set) => isInSet(job, set)),
  )
}

function isInSet({ queue, queueName }: IndexedJob, set: QueueSet): boolean {
  const fits = (patterns: readonly string[]) =>
    patterns.map(storableText).some((pattern) => isLike(queue, pattern) || isLike(queueName, pattern))
  return set.some((lists) => lists.every(fits))
}

function holds(job: IndexedJob, condition: JobCondition): boolean {
  if (condition.by === 'term') {
    const term = storableText(condition.term)
    return job.terms.some((own) => (condition.isPrefix ? own.startsWith(term) : own === term))
  }
  if (condition.by === 'phrase')
    return job.payload !== null && hasPhrase(job.payload.text, storableText(condition.text))
  if (condition.by === 'field') {
    const value = job[condition.field]
    return value !== null && isLike(value, storableText(condition.pattern))
  }
  const value = job[condition.figure]
  return value !== null && value >= (condition.atLeast ?? -Infinity) && value <= (condition.atMost ?? Infinity)
}

function isLike(value: string, pattern: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's').test(value)
}

function facets(values: readonly (string | null)[]): JobFacet[] {
  const found = new Map<string, number>()
  for (const value of values) if (value !== null) found.set(value, (found.get(value) ?? 0) + 1)
  return [...found]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || byBytes(a.value, b.value))
}

function counts(jobs: readonly IndexedJob[]): ArchivedCount[] {
  const found = new Map<string, ArchivedCount>()
  for (const { queue, queueName, service } of jobs) {
    const key = JSON.stringify([queue, queueName, service])
    found.set(key, { queue, queueName, service, attempts: (found.get(key)?.attempts ?? 0) + 1 })
  }
  return [...found.values()]
}

const sizeOf = (items: readonly unknown[]) => JSON.stringify(items).length

function status(place: ModelPlace) {
  const loaded = place.jobs.filter(({ payload }) => payload)
  const earliest = (times: readonly number[]) => times.reduce<number | null>((a, b) => Math.min(a ?? b, b), null)
  const bytes = {
    figures: sizeOf(place.figures),
    records: sizeOf(place.records),
    jobs: sizeOf(place.jobs.map(({ payload, terms, ...job }) => job)),
    payloads: sizeOf(loaded.map(({ payload, terms }) => ({ payload, terms }))),
  }
  return {
    bytes: { ...bytes, total: Object.values(bytes).reduce((a, b) => a + b) },
    jobs: place.jobs.length,
    payloads: loaded.length,
    since: {
      figures: earliest(place.figures.map(({ from }) => from)),
      jobs: earliest(place.jobs.map(({ finishedAt }) => finishedAt)),
      payloads: earliest(loaded.map(({ finishedAt }) => finishedAt)),
    },
    disk: null,
    problems: [],
  }
}

function prune(place: ModelPlace, limits: ArchiveLimits) {
  const before = { figures: place.figures.length, records: place.records.length, gaps: place.gaps.length }
  const cutoff = (age: number | null | undefined) =>
    age === null || age === undefined ? -Infinity : dayStart(limits.now - age)
  place.figures = place.figures.filter(({ step, from }) => from >= cutoff(limits.figuresMs.get(step)))
  place.records = place.records.filter(({ kind, at }) => kind === 'audit' || at >= cutoff(limits.recordsMs))
  const ages = [limits.recordsMs, limits.jobsMs, ...limits.figuresMs.values()]
  const isLimited = limits.figuresMs.size > 0 && !ages.includes(null)
  const longest = isLimited ? Math.max(...ages.map((age) => age ?? 0)) : null
  place.gaps = place.gaps.filter(({ to }) => to >= cutoff(longest))
  const days = { jobDays: [] as string[], payloadDays: [] as string[] }
  for (const day of daysOf(place.jobs, cutoff(limits.payloadsMs))) dropPayloads(place, day, days)
  for (const day of daysOf(place.jobs, cutoff(limits.jobsMs))) dropJobs(place, day, days)
  const isLarge = () => limits.maxBytes !== null && status(place).bytes.total > limits.maxBytes
  for (const day of daysOf(place.jobs, dayStart(limits.now))) if (isLarge()) dropPayloads(place, day, days)
  for (const day of daysOf(place.jobs, dayStart(limits.now))) if (isLarge()) dropJobs(place, day, days)
  return {
    figures: before.figures - place.figures.length,
    records: before.records - place.records.length,
    gaps: before.gaps - place.gaps.length,
    ...days,
  }
}

function daysOf(jobs: readonly IndexedJob[], before: number): number[] {
  const days = jobs.map(({ finishedAt }) => dayStart(finishedAt)).filter((day) => day < before)
  return [...new Set(days)].sort((a, b) => a - b)
}

function dropPayloads(place: ModelPlace, day: number, days: { payloadDays: string[] }): void {
  const isIt = (job: IndexedJob) => dayStart(job.finishedAt) === day && job.payload !== null
  if (!place.jobs.some(isIt)) return
  place.jobs = place.jobs.map((job) => (isIt(job) ? { ...job, payload: null, terms: [] } : job))
  days.payloadDays.push(dayName(day))
}

function dropJobs(place: ModelPlace, day: number, days: { jobDays: string[]; payloadDays: string[] }): void {
  dropPayloads(place, day, days)
  place.jobs = place.jobs.filter((job) => dayStart(job.finishedAt) !== day)
  days.jobDays.push(dayName(day))
}
