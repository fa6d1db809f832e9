import { createHash } from 'node:crypto'
import type { QueueSource } from '../../ports/index.js'
import { type QueueEntry, queueKeyOf } from '../../protocol/index.js'

/** The queues that a node watches, or those of them that others do not report; by {@link placeKey} and {@link queueKey}. */
export interface Watch {
  /** Places whose queues are all watched. */
  readonly places: ReadonlySet<string>
  /** Queues that are watched by name. */
  readonly queues: ReadonlySet<string>
  /** Queues that another node reports, to distinguish them from the rest of a place that is watched as a whole. */
  readonly elsewhere: ReadonlySet<string>
}

/** The holder of a slot, parsed from its lease. */
export interface Holder {
  readonly node: string
  /** Identifies the queues that it reports in this slot; null when a reporter of another kind holds it. */
  readonly fingerprint: string | null
  readonly places: readonly string[]
}

/** Key of a place. It differs from the keys of all queues, since queues have names. */
export function placeKey({ driver, place }: Pick<QueueSource, 'driver' | 'place'>): string {
  return queueKey({ driver, place, name: '' })
}

/** One source may report one queue as Laravel's and the next as Horizon's. */
export function queueKey({ driver, place, name }: Pick<QueueEntry, 'driver' | 'place' | 'name'>): string {
  return queueKeyOf({ driver: driver === 'laravel-horizon' ? 'laravel' : driver, place, name })
}

export function watchOf(sources: readonly QueueSource[]): Watch {
  const places = new Set<string>()
  const queues = new Set<string>()
  for (const { driver, place, names } of sources) {
    if (names === null) places.add(placeKey({ driver, place }))
    for (const name of names ?? []) queues.add(queueKey({ driver, place, name }))
  }
  return { places, queues, elsewhere: new Set() }
}

export function isNothing({ places, queues }: Watch): boolean {
  return places.size === 0 && queues.size === 0
}

/** Equal for nodes that watch the same queues. */
export function watchIdOf({ places, queues }: Watch): string {
  const text = [...[...places].sort(), ...[...queues].sort()].join('\n')
  return createHash('sha1').update(text).digest('base64url').slice(0, 16)
}

/**
 * The queues that another node leaves unreported. A queue that is watched by name counts as reported only if it is in the report: a place
 * that is watched as a whole does not show a queue that has never held a job.
 */
export function without(watch: Watch, holder: Holder, reported: readonly QueueEntry[]): Watch {
  const keys = new Set(reported.map(queueKey))
  return {
    places: new Set([...watch.places].filter((place) => !holder.places.includes(place))),
    queues: new Set([...watch.queues].filter((queue) => !keys.has(queue))),
    elsewhere: new Set([...watch.elsewhere, ...keys]),
  }
}

/** The text of a lease. */
export function holderText(watch: Watch, node: string): string {
  return `${watchIdOf(watch)} ${[...watch.places].sort().join(',') || '-'} ${node}`
}

/** A reporter of another kind may hold it by its node's name alone. */
export function parseHolder(text: string): Holder {
  const [, fingerprint = '', places = '', node = ''] = /^([\w-]{16}) (\S+) (.+)$/s.exec(text) ?? []
  if (node === '') return { node: text, fingerprint: null, places: [] }
  return { node, fingerprint, places: places === '-' ? [] : places.split(',') }
}
