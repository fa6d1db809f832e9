import { type QueueEntry, queueKeyOf } from '../../protocol/index.js'

type Located = Pick<QueueEntry, 'driver' | 'name' | 'place' | 'server'>

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
  const { driver, name, place, server } = entry
  return {
    byServer: server === null ? null : JSON.stringify([driver, name, server, scopeOf(place)]),
    byPlace: JSON.stringify([driver, name, place]),
    key: queueKeyOf(entry),
  }
}

/** The part of a place that is not the server's address: the database and what keys begin with, `/0 bull`. */
function scopeOf(place: string | null): string | null {
  return place === null ? null : (/\/\d+(?: .*)?$/s.exec(place)?.[0] ?? '')
}

/**
 * Whether two ways lead to one place: to the same server, or, where one of them can't tell its server, by the same address.
 */
export function isSamePlace(one: Omit<Located, 'name'>, other: Omit<Located, 'name'>): boolean {
  if (one.driver !== other.driver) return false
  if (one.server === null || other.server === null) return one.place !== null && one.place === other.place
  return one.server === other.server && scopeOf(one.place) === scopeOf(other.place)
}
