import type { JobState } from '../../protocol/index.js'

/**
 * Sorted sets by state, in the layout of Bull, which BullMQ has adopted. Bull has no `waiting-children`, and puts jobs with a priority
 * among the waiting ones.
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

/** Prefix of a queue's keys: `bull:mail:`. */
export function baseOf(prefix: string, queue: string): string {
  return `${prefix}:${queue}:`
}

/** The lists with the jobs of a state, the one that workers take from last first. Bull and BullMQ 5 move waiting jobs to `paused`. */
export function listsOf(state: 'waiting' | 'active'): readonly string[] {
  return state === 'active' ? ['active'] : ['wait', 'paused']
}
