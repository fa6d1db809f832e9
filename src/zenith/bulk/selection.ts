import type { JobAction, JobSelection, JobState, JobSummary } from '../../protocol/index.js'
import { redactName } from '../../redaction/name.js'
import { fingerprintOf } from '../failures/fingerprint.js'

/** From which states each action takes a job. */
const STATES: Readonly<Record<JobAction, readonly JobState[]>> = {
  retry: ['failed', 'completed'],
  promote: ['delayed'],
  remove: ['waiting', 'prioritized', 'delayed', 'waitingChildren', 'completed', 'failed'],
}

/** How the page, and the audit trail, speak of a state. */
export const STATE_WORDS: Readonly<Record<JobState, string>> = {
  waiting: 'waiting',
  prioritized: 'prioritized',
  active: 'active',
  delayed: 'delayed',
  waitingChildren: 'waiting-for-children',
  completed: 'completed',
  failed: 'failed',
}

/** A test of what the selection says besides where a job is. */
export function matcherOf({ name, fingerprint, text }: JobSelection): (job: JobSummary) => boolean {
  const wanted = text?.toLowerCase() ?? null
  return (job) =>
    (name === null || job.name === name || redactName(job.name) === name) &&
    (fingerprint === null || fingerprintOf(job.error) === fingerprint) &&
    (wanted === null || [job.id, job.name, job.error].some((value) => value?.toLowerCase().includes(wanted)))
}

/** Why an action is not for a job in its state, in words; null when it is. */
export function misfitOf(action: JobAction, state: JobState): string | null {
  return STATES[action].includes(state) ? null : `A job that is ${STATE_WORDS[state]} can’t be ${PARTICIPLES[action]}.`
}

const PARTICIPLES: Readonly<Record<JobAction, string>> = {
  retry: 'retried',
  promote: 'promoted',
  remove: 'removed',
}
