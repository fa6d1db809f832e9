import type { QueueAttention, QueueSample, QueueView } from '../../../api/queues.js'
import { QUEUE_TROUBLES } from '../../../api/words.js'
import { byText } from '../../../lib/compare.js'
import { backlogOf, type QueueEntry } from '../../../protocol/index.js'

/** A job overdue by more than this means that no client polls, ms. */
const OVERDUE_MS = 30_000
/** A backlog from which nothing was processed for this long has no worker, ms. */
const IDLE_MS = 3 * 60_000
/** Longest wait of the oldest job that is normal, ms. */
const OLD_MS = 60 * 60_000

export const SILENT: QueueAttention = { kind: 'silent', text: 'no app reports it any more' }

interface Watched {
  readonly entry: QueueEntry
  /** Oldest first. */
  readonly samples: readonly QueueSample[]
  readonly isGrowing: boolean
}

/** Why a queue needs attention, worst first. */
export function attentionTo(watched: Watched): QueueAttention[] {
  const { entry } = watched
  const found: (QueueAttention | null)[] = [
    entry.error === null ? null : { kind: 'error', text: entry.error },
    unpolled(watched),
    paused(entry),
    growing(watched),
    old(entry),
  ]
  return found.filter((one) => one !== null).sort((a, b) => rank(a) - rank(b))
}

function rank({ kind }: QueueAttention): number {
  return QUEUE_TROUBLES.indexOf(kind)
}

function unpolled({ entry, samples }: Watched): QueueAttention | null {
  // Taking no jobs is normal for a paused queue.
  if (entry.paused === true) return null
  const { overdueMs, workers, metrics } = entry
  const backlog = backlogOf(metrics) ?? 0
  if (overdueMs !== null && overdueMs > OVERDUE_MS) {
    return { kind: 'unpolled', text: `jobs are overdue by ${duration(overdueMs)}; no worker is picking them up` }
  }
  if (workers === 0 && backlog > 0) {
    return { kind: 'unpolled', text: `${jobs(backlog)} waiting, no worker connected` }
  }
  // One long job may occupy the only worker.
  const isIdle = backlog > 0 && (metrics.active ?? 0) === 0 && wasIdle(samples)
  return isIdle ? { kind: 'unpolled', text: `${jobs(backlog)} waiting, none picked up for minutes` } : null
}

/** Whether no job ended in the last minutes, all of which are known, while jobs waited throughout. */
function wasIdle(samples: readonly QueueSample[]): boolean {
  const end = samples.at(-1)?.at ?? 0
  const start = samples.findLastIndex(({ at }) => end - at >= IDLE_MS)
  return start >= 0 && samples.slice(start).every(({ out, backlog }) => out === 0 && (backlog ?? 0) > 0)
}

function paused({ paused, metrics }: QueueEntry): QueueAttention | null {
  const backlog = backlogOf(metrics) ?? 0
  return paused === true && backlog > 0 ? { kind: 'paused', text: `paused with ${jobs(backlog)} waiting` } : null
}

function growing({ entry, samples, isGrowing }: Watched): QueueAttention | null {
  if (!isGrowing) return null
  const least = samples.reduce((min, { backlog }) => Math.min(min, backlog ?? min), Number.POSITIVE_INFINITY)
  const from = Number.isFinite(least) ? ` from ${whole(least)}` : ''
  return { kind: 'growing', text: `the backlog is growing,${from} to ${whole(backlogOf(entry.metrics) ?? 0)}` }
}

function old({ oldestMs }: QueueEntry): QueueAttention | null {
  if (oldestMs === null || oldestMs <= OLD_MS) return null
  return { kind: 'old', text: `the oldest job has waited ${duration(oldestMs)}` }
}

function jobs(count: number): string {
  return `${whole(count)} ${count === 1 ? 'job' : 'jobs'}`
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-GB')
}

/** Rounded down to a coarse unit, so that the text does not change at each poll. */
function duration(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 1) return `${Math.floor(ms / 10_000) * 10} s`
  if (minutes < 120) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`
}

/** Worst first, then by name. */
export function byNeed(a: QueueView, b: QueueView): number {
  return need(a) - need(b) || byText(a.name, b.name) || byText(a.key, b.key)
}

function need({ attention }: QueueView): number {
  const [worst] = attention
  return worst ? QUEUE_TROUBLES.indexOf(worst.kind) : QUEUE_TROUBLES.length
}
