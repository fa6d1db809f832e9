import type { JobPlace } from '../protocol/jobs.js'
import type { JobState } from '../protocol/queues.js'

/** Values of fields in the API's views. */

/**
 * live: it sends heartbeats; lost: its heartbeats stopped unexpectedly; left: it shut down cleanly; replaced: its heartbeats stopped
 * unexpectedly, and a new node took its place.
 */
export const NODE_STATES = ['live', 'lost', 'left', 'replaced'] as const
export type NodeState = (typeof NODE_STATES)[number]

/** Lengths of the time range of figures: those that the store has, and those that only an archive has. */
export const LIVE_PERIODS = ['5m', '15m', '1h'] as const
export const PERIODS = [...LIVE_PERIODS, '6h', '24h', '7d', '30d', '90d'] as const
export type Period = (typeof PERIODS)[number]

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** How long each is, ms. */
export const PERIOD_MS: Readonly<Record<Period, number>> = {
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  '1h': HOUR_MS,
  '6h': 6 * HOUR_MS,
  '24h': DAY_MS,
  '7d': 7 * DAY_MS,
  '30d': 30 * DAY_MS,
  '90d': 90 * DAY_MS,
}

/**
 * error: it can't be read; unpolled: jobs are due and no worker picks them up; paused: with a backlog; growing: the backlog, over minutes;
 * old: the oldest job has waited for too long; silent: no node reports it any more.
 */
export const QUEUE_TROUBLES = ['error', 'unpolled', 'paused', 'growing', 'old', 'silent'] as const
export type QueueTrouble = (typeof QUEUE_TROUBLES)[number]
/** Those that are more than a warning. */
export const BAD_QUEUE_TROUBLES: ReadonlySet<QueueTrouble> = new Set<QueueTrouble>(['error', 'unpolled'])

/**
 * counting: the jobs are being listed; ready: the dry run is over and nothing was done; interrupted: the Zenith that ran it ended, or could
 * not store its progress any more. The others are self-explanatory.
 */
export const BULK_PHASES = ['counting', 'ready', 'running', 'done', 'cancelled', 'failed', 'interrupted'] as const
export type BulkPhase = (typeof BULK_PHASES)[number]

/** The name of each state of a job, in the order of display. */
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

/** A state within a sentence. */
export function stateInWords(state: JobState): string {
  return STATE_NAMES[state].toLowerCase()
}

/** How bad an alert is: the worst first. */
export const SEVERITIES = ['critical', 'warning', 'info'] as const

/** What an alert does. resolved: it is ok again; ended: its subject is gone, or the rule was changed. */
export const ALERT_CHANGES = ['firing', 'resolved', 'ended', 'acknowledged', 'reminder'] as const

/** Colours that tell clusters apart. */
export const CLUSTER_COLOURS = ['grey', 'blue', 'teal', 'green', 'amber', 'red', 'violet'] as const
export type ClusterColour = (typeof CLUSTER_COLOURS)[number]
