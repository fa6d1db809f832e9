import { createContext, useMemo } from 'react'
import type { Overview } from '../../api/overview.js'
import { choicesOf } from './filter.js'

/** What of the fleet is asked for deep inside the pages. */
export interface Known {
  /** What there is to choose from; null until the first state came. */
  readonly choices: ReturnType<typeof choicesOf> | null
  /** The names of the queues whose failed jobs can be listed. */
  readonly withFailed: readonly string[]
  /** Keys of the queues whose jobs can be shown, by name; those of one name are left out. */
  readonly withJobs: Readonly<Record<string, string>>
  /** Whether an answer may still bring what is looked for. */
  readonly isLooking: boolean
}

export const KnownContext = createContext<Known>({ choices: null, withFailed: [], withJobs: {}, isLooking: false })

/**
 * The same object as long as it says the same: React searches everything that is drawn for the readers of a context that
 * changed, and the state changes every second.
 */
export function useKnown(overview: Overview | null, isLooking: boolean): Known {
  const queues = overview?.queues
  const choices = useMemo(() => JSON.stringify(overview && choicesOf(overview)), [overview])
  const withFailed = useMemo(() => JSON.stringify((queues ?? []).filter(hasFailed).map(({ name }) => name)), [queues])
  const withJobs = useMemo(() => JSON.stringify(keysByName(queues ?? [])), [queues])
  return useMemo(
    () => ({
      choices: JSON.parse(choices),
      withFailed: JSON.parse(withFailed),
      withJobs: JSON.parse(withJobs),
      isLooking,
    }),
    [choices, withFailed, withJobs, isLooking],
  )
}

/** A record names its job's queue only. */
function keysByName(queues: Overview['queues']): Record<string, string> {
  const names = queues.map(({ name }) => name)
  const unique = queues.filter(({ name }) => names.indexOf(name) === names.lastIndexOf(name))
  return Object.fromEntries(
    unique.filter(({ actions }) => actions.includes('get')).map(({ name, key }) => [name, key] as const),
  )
}

function hasFailed({ actions, states }: Overview['queues'][number]): boolean {
  return actions.includes('list') && states.includes('failed')
}
