import { type QueueDriver, type QueueEntry, queueKeyOf } from '../../../protocol/index.js'

/** What tells where a queue is. */
export type Located = Pick<QueueEntry, 'driver' | 'name' | 'place' | 'server'>

/** What tells a queue from others. */
interface Names {
  /** On the server that it is on; null when the server is not known. */
  readonly byServer: string | null
  /** By the address that its server was reached by. */
  readonly byPlace: string
  /** In URLs. */
  readonly key: string
}

/** Thousands of queues are compared every few seconds, and most of them are the same as before. */
const known = new WeakMap<Located, Names>()

export function namesOf(entry: Located): Names {
  const names = known.get(entry) ?? makeNames(entry)
  known.set(entry, names)
  return names
}

function makeNames(entry: Located): Names {
  const { name, place, server } = entry
  const driver = kindOf(entry.driver)
  return {
    byServer: server === null ? null : JSON.stringify([driver, name, server, scopeOf(place)]),
    byPlace: JSON.stringify([driver, name, place]),
    key: queueKeyOf({ driver, place, name }),
  }
}

/** A queue of Laravel's stays the same one when its Horizon is found later. */
export function kindOf(driver: QueueDriver): QueueDriver {
  return driver === 'laravel-horizon' ? 'laravel' : driver
}

/** A place on a server as it is called by the address of another place there. */
export function placeFrom(place: string | null, other: string): string {
  const scope = scopeOf(other) ?? ''
  return other.slice(0, other.length - scope.length) + (scopeOf(place) ?? '')
}

/** The part of a place that is not the server's address: the database and what keys begin with, `/0 bull`. */
function scopeOf(place: string | null): string | null {
  return place === null ? null : (/\/\d+(?: .*)?$/s.exec(place)?.[0] ?? '')
}

/**
 * Whether two ways lead to one place: to the same server, or, where one of them can't tell its server, by the same address.
 */
export function isSamePlace(one: Omit<Located, 'name'>, other: Omit<Located, 'name'>): boolean {
  if (kindOf(one.driver) !== kindOf(other.driver)) return false
  if (one.server === null || other.server === null) return one.place !== null && one.place === other.place
  return one.server === other.server && scopeOf(one.place) === scopeOf(other.place)
}
