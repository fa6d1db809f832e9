import type { JobState } from '../../protocol/index.js'

/** BullMQ's own words for the sorted sets of states. */
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

/** The lists that hold the jobs of a state, the one that is taken from last first. Version 5 moves what waits to `paused`. */
export function listsOf(state: 'waiting' | 'active'): readonly string[] {
  return state === 'active' ? ['active'] : ['wait', 'paused']
}

/** What other jobs call a job: `bull:mail:17`. A queue's name has no colon, an id may have some. */
export function parseJobKey(key: string, prefix: string): { readonly queue: string; readonly id: string } | null {
  const rest = key.startsWith(`${prefix}:`) ? key.slice(prefix.length + 1) : key.slice(key.indexOf(':') + 1)
  const colon = rest.indexOf(':')
  return colon <= 0 ? null : { queue: rest.slice(0, colon), id: rest.slice(colon + 1) }
}
