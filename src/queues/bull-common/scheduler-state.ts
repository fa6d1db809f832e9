import type { SchedulerEntry, SchedulerState } from '../../protocol/index.js'
import { asNumber } from '../../redis/replies.js'
import { nextRun } from '../gravito-stream/cron.js'
import type { NextJob } from './next-jobs.js'

/** What a scheduler is, apart from what has become of its next job. */
export interface Schedule extends Pick<SchedulerEntry, 'cron' | 'every' | 'timezone' | 'until' | 'limit'> {
  /** When its next job is due, Unix ms. */
  readonly next: number | null
  /** How many jobs it made, the next one among them; null when it does not count. */
  readonly made: number | null
}

/** What becomes of a scheduler is told by its next job alone: without one it makes no other. */
export interface Standing {
  readonly state: Extract<SchedulerState, 'active' | 'late' | 'stopped' | 'ended'>
  /** Why somebody should look after it. */
  readonly attention: string | null
  readonly runs: number | null
  /** When it ran last, as far as the next job tells. */
  readonly last: number | null
}

/** A run that is due for so long is late, ms: the clocks of machines differ, and workers take what is due in turn. */
const LATE_MS = 5_000
/** A job that has just begun is about to make the next one, ms. */
const BEGINS_WITHIN_MS = 10_000

/** @param now Unix ms, by the queue's Redis where that tells */
export function standingOf(schedule: Schedule, job: NextJob, now: number): Standing {
  if (waits(job)) return waitingStanding(schedule, job, now)
  const count = countOf(schedule, job)
  if (hasRun(job)) {
    if (hasReachedLimit(schedule, job)) return ended(schedule, job)
    // It is about to make the next one.
    if (job.state === 'active' && (job.startedAt ?? now) > now - BEGINS_WITHIN_MS)
      return { state: 'active', attention: null, runs: count, last: job.startedAt }
    if (hasReachedEnd(schedule, now)) return ended(schedule, job)
    return { state: 'stopped', attention: wordsFor(job), runs: count, last: job.startedAt }
  }
  // What is removed when it ends is gone as well.
  const mayHaveRun = !job.exists && schedule.next !== null && schedule.next <= now
  if (mayHaveRun && (hasReachedLimit(schedule, job) || hasReachedEnd(schedule, now))) return ended(schedule, job)
  return { state: 'stopped', attention: wordsFor(job), runs: mayHaveRun ? null : before(count), last: null }
}

function hasRun({ exists, state }: NextJob): boolean {
  return exists && state !== null && state !== 'stuck'
}

function ended(schedule: Schedule, job: NextJob): Standing {
  const runs = countOf(schedule, job) ?? schedule.limit
  return { state: 'ended', attention: null, runs, last: job.startedAt ?? schedule.next }
}

function wordsFor({ exists, state }: NextJob): string {
  if (!exists) return 'its next job is gone: it makes no more until it is registered again'
  if (state === 'stuck') return 'its next job is in no list: no worker takes it, so it makes no more'
  return 'its last run made no next job: it makes no more until it is registered again'
}

function waits({ state }: NextJob): boolean {
  return state === 'delayed' || state === 'waiting' || state === 'prioritized' || state === 'waitingChildren'
}

function waitingStanding(schedule: Schedule, job: NextJob, now: number): Standing {
  const due = job.due ?? schedule.next ?? now
  const isLate = due < now - LATE_MS
  const count = asNumber(job.repeat.count)
  return {
    state: isLate ? 'late' : 'active',
    attention: isLate ? 'its next run is due and has not begun: no worker takes it' : null,
    runs: before(countOf(schedule, job)),
    // The next job is made when the one before it starts; the first is made when the scheduler is.
    last: count !== null && count > 1 ? job.madeAt : null,
  }
}

function countOf({ made }: Schedule, { repeat }: NextJob): number | null {
  return made ?? asNumber(repeat.count)
}

function before(count: number | null): number | null {
  return count === null ? null : Math.max(0, count - 1)
}

/** What is registered again counts its jobs anew, in themselves. */
function hasReachedLimit({ limit, made }: Schedule, { repeat }: NextJob): boolean {
  const count = asNumber(repeat.count) ?? made
  return limit !== null && count !== null && count >= limit
}

const DAY_MS = 86_400_000

/** Whether its end leaves no turn after the one that was its last. */
function hasReachedEnd({ until, next, every, cron, timezone }: Schedule, now: number): boolean {
  if (until === null || next === null) return false
  if (until <= now) return true
  if (every !== null) return next + every > until
  try {
    // A turn of another time zone is at most a day off.
    return nextRun(cron ?? '', next) + (timezone === null ? 0 : DAY_MS) > until
  } catch {
    return false
  }
}
