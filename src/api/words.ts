import type { JobPlace } from '../protocol/jobs.js'
import type { JobState } from '../protocol/queues.js'

/** The words of the API: what the fields of its views can be. */

/** live: it beats; lost: it stopped beating unexpectedly; left: it shut down cleanly. */
export const NODE_STATES = ['live', 'lost', 'left'] as const
export type NodeState = (typeof NODE_STATES)[number]

/** How far back figures go. */
export const PERIODS = ['5m', '15m', '1h'] as const
export type Period = (typeof PERIODS)[number]

/**
 * error: it can't be read; unpolled: jobs are due and no worker picks them up; paused: with a backlog; growing: the backlog, over
 * minutes; old: the oldest job has waited for too long; silent: no node reports it any more.
 */
export const QUEUE_TROUBLES = ['error', 'unpolled', 'paused', 'growing', 'old', 'silent'] as const
export type QueueTrouble = (typeof QUEUE_TROUBLES)[number]

/**
 * counting: the jobs are being listed; ready: the dry run is over and nothing was done; the rest says itself. interrupted:
 * the Zenith that ran it ended, or could not tell the store any more how far it is.
 */
export const BULK_PHASES = ['counting', 'ready', 'running', 'done', 'cancelled', 'failed', 'interrupted'] as const
export type BulkPhase = (typeof BULK_PHASES)[number]

/** The name of each state of a job, in the order in which a page shows them. */
export const STATE_NAMES: Readonly<Record<JobState, string>> = {
  waiting: 'Waiting',
  prioritized: 'Prioritized',
  active: 'Active',
  delayed: 'Delayed',
  waitingChildren: 'Waiting for children',
  completed: 'Completed',
  failed: 'Failed',
}

/** The same for the place of a job. */
export function placeName(place: JobPlace): string {
  return place === 'stuck' ? 'Stuck' : STATE_NAMES[place]
}

/** A state as a part of a sentence. */
export function stateInWords(state: JobState): string {
  return STATE_NAMES[state].toLowerCase()
}
