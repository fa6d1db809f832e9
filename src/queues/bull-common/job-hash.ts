import type { Command } from '../../redis/client.js'
import { asList } from '../../redis/replies.js'

/**
 * Fields of a job's hash that no other hash of a queue has: neither its settings (`meta`), nor a scheduler
 * (`repeat:{id}`), nor what is kept of a parent's children (`{id}:processed`), nor metrics. Every job has the first.
 */
const JOB_FIELDS = ['timestamp', 'processedOn', 'finishedOn', 'atm', 'attemptsMade'] as const

/** The id of a job whose key is that of the queue's settings, which Bull writes only while it pauses; and what they hold. */
const SETTINGS = 'meta'
const SETTINGS_FIELDS = ['version', 'opts.maxLenEvents', 'paused', 'concurrency'] as const

/** Asks for what {@link isJobHash} takes. */
export function jobHashCommand(base: string, id: string): Command {
  return ['hmget', base + id, ...JOB_FIELDS, ...(id === SETTINGS ? SETTINGS_FIELDS : [])]
}

/** A hash that is both a job and the settings is not taken for a job: removing it would remove the settings. */
export function isJobHash(reply: unknown): boolean {
  const values = asList(reply)
  return holdsJob(values.slice(0, JOB_FIELDS.length)) && !holdsJob(values.slice(JOB_FIELDS.length))
}

/** @param values of the fields that only jobs have */
export function holdsJob(values: readonly unknown[]): boolean {
  return values.some((value) => value !== null && value !== undefined)
}
