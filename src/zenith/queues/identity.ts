import type { QueueEntry } from '../../protocol/index.js'

type Located = Pick<QueueEntry, 'driver' | 'name' | 'place' | 'server'>

/** What names a queue on the server that it is on; null when the server is not known. */
export function byServer({ driver, name, place, server }: Located): string | null {
  return server === null ? null : JSON.stringify([driver, name, server, scopeOf(place)])
}

/** What names a queue by the address that its server was reached by. */
export function byPlace({ driver, name, place }: Located): string {
  return JSON.stringify([driver, name, place])
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
