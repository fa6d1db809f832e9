import type { IndexedJob } from '../../ports/archive.js'
import { storableTerms, storableText } from './texts.js'

/** What identifies an attempt beside its queue and id: its start, else its end. */
export function startOf(job: { readonly startedAt: number | null; readonly finishedAt: number }): number {
  return job.startedAt ?? job.finishedAt
}

/** A text for maps of attempts. */
export function attemptKey(job: IndexedJob): string {
  return JSON.stringify([job.queue, job.id, startOf(job)])
}

/** The attempt as every database can store it; without a payload it has no terms. */
export function storableJob(job: IndexedJob): IndexedJob {
  const { payload } = job
  return {
    ...job,
    queue: storableText(job.queue),
    queueName: storableText(job.queueName),
    id: storableText(job.id),
    name: storableText(job.name),
    service: orNull(job.service),
    node: orNull(job.node),
    error: orNull(job.error),
    payload: payload && { text: storableText(payload.text), isCut: payload.isCut },
    terms: payload ? storableTerms(job.terms) : [],
  }
}

/** The known attempt, its unknown values filled in from another report of it. */
export function completedJob(known: IndexedJob, fresh: IndexedJob): IndexedJob {
  return {
    ...known,
    attempt: known.attempt ?? fresh.attempt,
    addedAt: known.addedAt ?? fresh.addedAt,
    startedAt: known.startedAt ?? fresh.startedAt,
    waitMs: known.waitMs ?? fresh.waitMs,
    runMs: known.runMs ?? fresh.runMs,
    service: known.service ?? fresh.service,
    node: known.node ?? fresh.node,
    error: known.error ?? fresh.error,
    payload: known.payload ?? fresh.payload,
    terms: known.payload ? known.terms : fresh.terms,
  }
}

/** Each attempt once, completed by the later ones of the batch. */
export function distinctJobs(jobs: readonly IndexedJob[]): IndexedJob[] {
  const found = new Map<string, IndexedJob>()
  for (const given of jobs) {
    const job = storableJob(given)
    const key = attemptKey(job)
    const known = found.get(key)
    found.set(key, known ? completedJob(known, job) : job)
  }
  return [...found.values()]
}

function orNull(text: string | null): string | null {
  return text === null ? null : storableText(text)
}
