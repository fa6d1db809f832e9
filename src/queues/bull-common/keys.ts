import type { JobState } from '../../protocol/index.js'

/**
 * The words of Bull and BullMQ for the sorted sets of states: Bull's layout of keys, which BullMQ has taken over. Bull has no
 * `waiting-children`, and keeps what has a priority among what waits.
 */
export const SET_STATES = {
  prioritized: 'prioritized',
  delayed: 'delayed',
  waitingChildren: 'waiting-children',
  completed: 'completed',
  failed: 'failed',
} as const satisfies Partial<Record<JobState, string>>

export type SetState = keyof typeof SET_STATES

export function isSetState(state: JobState): state is SetState {
  return state in SET_STATES
}

/** A queue's keys begin so: `bull:mail:`. */
export function baseOf(prefix: string, queue: string): string {
  return `${prefix}:${queue}:`
}

/** The lists that hold the jobs of a state, the one that is taken from last first. Bull, and BullMQ 5, move what waits to `paused`. */
export function listsOf(state: 'waiting' | 'active'): readonly string[] {
  return state === 'active' ? ['active'] : ['wait', 'paused']
}
