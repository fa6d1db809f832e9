import type { JobOutcome, JobState } from '../../protocol/index.js'

export const done = (id: string): JobOutcome => ({ id, ok: true, reason: null })

export const notDone = (id: string, reason: string): JobOutcome => ({ id, ok: false, reason })

/** No answer came. */
export const notKnown = (id: string, reason: string): JobOutcome => ({ ...notDone(id, reason), isUnknown: true })

/** Nothing of this id is in a state that allows it. */
export const notThere = (id: string, states: readonly JobState[]): JobOutcome =>
  notDone(id, `There is no ${states.join(' or ')} job of this id`)
