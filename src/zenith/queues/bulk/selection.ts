import type { JobAction } from '../../../api/actions.js'
import { takesState } from '../../../api/actions.js'
import type { JobSelection } from '../../../api/bulk.js'
import { stateInWords } from '../../../api/words.js'
import type { JobDetail, JobState, JobSummary } from '../../../protocol/index.js'
import { redactName } from '../../../redaction/name.js'
import { maskSecrets } from '../../../redaction/secrets.js'
import { failureFingerprint } from '../failures/fingerprint.js'
import { type SeenJob, summaryViews } from '../jobs/job-view.js'

/** Returns the jobs that match the selection's filters. They are compared as they are shown, masked. */
export async function matching(selection: JobSelection, jobs: readonly JobSummary[]): Promise<readonly JobSummary[]> {
  const { name, fingerprint, text } = selection
  if (name === null && fingerprint === null && text === null) return jobs
  const matches = matcherOf(selection)
  const views = await summaryViews(jobs)
  return jobs.filter((_, index) => matches(views[index] as SeenJob))
}

function matcherOf({ name, fingerprint, text }: JobSelection): (job: SeenJob) => boolean {
  const wanted = text?.toLowerCase() ?? null
  const seenName = name === null ? null : redactName(name)
  return (job) =>
    (seenName === null || job.name === seenName) &&
    (fingerprint === null || failureFingerprint(job.error) === fingerprint) &&
    (wanted === null || [job.id, job.name, job.error].some((value) => value?.toLowerCase().includes(wanted)))
}

/** The selection as lists and the audit trail show it, masked: a user may have searched for a secret. */
export function seenSelection(selection: JobSelection): JobSelection {
  const { name, text } = selection
  return { ...selection, name: name === null ? null : redactName(name), text: text === null ? null : maskSecrets(text) }
}

/** Why a job in this state does not allow the action, as a message; null when it does. */
export function misfitOf(action: JobAction, state: JobState): string | null {
  return takesState(action, state) ? null : `A job that is ${stateInWords(state)} can’t be ${PARTICIPLES[action]}.`
}

/** When a job came to its state, or is due. A different mark later means that the job moved. Null if the system does not report it. */
export function markOf({ state, finishedAt, runAt }: JobSummary | JobDetail): number | null {
  if (state === 'failed' || state === 'completed') return finishedAt
  return state === 'delayed' ? runAt : null
}

const PARTICIPLES: Readonly<Record<JobAction, string>> = {
  retry: 'retried',
  promote: 'promoted',
  remove: 'removed',
}
