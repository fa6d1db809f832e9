import type { JobOutcome, JobState } from '../../protocol/index.js'

export const done = (id: string): JobOutcome => ({ id, ok: true, reason: null })

export const notDone = (id: string, reason: string): JobOutcome => ({ id, ok: false, reason })

/** The result is unknown: no reply arrived. */
export const notKnown = (id: string, reason: string): JobOutcome => ({ ...notDone(id, reason), isUnknown: true })

/** No job with this id is in a state that allows the action. */
export const notThere = (id: string, states: readonly JobState[]): JobOutcome =>
  notDone(id, `There is no ${states.join(' or ')} job of this id`)
