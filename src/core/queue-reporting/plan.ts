import type { QueueEntry } from '../../protocol/index.js'
import type { SourcePoller } from './source-poller.js'
import { placeKey, queueKey, type Watch } from './watch.js'

/** A source to read. */
export interface PlannedPoll {
  readonly poller: SourcePoller
  /** Names of the queues to read; null: all. */
  readonly names: readonly string[] | null
  /** Its current entries for these queues. */
  entries(): QueueEntry[]
}

/** Assigns queues to sources so that each is read once: first to sources of whole places, then the rest to sources of named queues. */
export function planOf(watch: Watch, pollers: readonly SourcePoller[]): PlannedPoll[] {
  const taken = new Set(watch.elsewhere)
  const whole = pollers.filter(({ source }) => source.names === null && watch.places.has(placeKey(source)))
  const named = pollers.filter(({ source }) => source.names !== null)
  return [
    ...whole.map((poller) => pollWhole(poller, taken)),
    ...named.map((poller) => pollNamed(poller, watch, taken)).filter((poll) => poll !== null),
  ]
}

function pollWhole(poller: SourcePoller, taken: Set<string>): PlannedPoll {
  const theirs = new Set(taken)
  for (const key of poller.keys) taken.add(key)
  return { poller, names: null, entries: () => poller.entries().filter((entry) => !theirs.has(queueKey(entry))) }
}

function pollNamed(poller: SourcePoller, watch: Watch, taken: Set<string>): PlannedPoll | null {
  const { source } = poller
  const all = source.names ?? []
  const wanted = all.filter((name) => {
    const key = queueKey({ ...source, name })
    return watch.queues.has(key) && !taken.has(key) && taken.add(key)
  })
  if (wanted.length === 0) return null
  const entries = () => poller.entries().filter(({ name }) => wanted.includes(name))
  return { poller, names: wanted.length === all.length ? null : wanted, entries }
}
