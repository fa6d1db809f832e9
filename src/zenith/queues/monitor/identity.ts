import { type QueueDriver, type QueueEntry, queueKeyOf } from '../../../protocol/index.js'

/** The fields that locate a queue. */
export type Located = Pick<QueueEntry, 'driver' | 'name' | 'place' | 'server'>

/** Names that identify a queue. */
interface Names {
  /** On its server; null if the server is unknown. */
  readonly byServer: string | null
  /** By the address at which its server was reached. */
  readonly byPlace: string
  /** In URLs. */
  readonly key: string
}

/** Thousands of queues are compared every few seconds, and most are unchanged. */
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

/** A queue of Laravel's remains the same if its Horizon is found later. */
export function kindOf(driver: QueueDriver): QueueDriver {
  return driver === 'laravel-horizon' ? 'laravel' : driver
}

/** A place on a server, rewritten with the address that another place uses for that server. */
export function placeFrom(place: string | null, other: string): string {
  const scope = scopeOf(other) ?? ''
  return other.slice(0, other.length - scope.length) + (scopeOf(place) ?? '')
}

/** The part of a place after the server's address: the database and the prefix of keys, `/0 bull`. */
function scopeOf(place: string | null): string | null {
  return place === null ? null : (/\/\d+(?: .*)?$/s.exec(place)?.[0] ?? '')
}

/** Whether two queues are at one place: on the same server or, if one server is unknown, at the same address. */
export function isSamePlace(one: Omit<Located, 'name'>, other: Omit<Located, 'name'>): boolean {
  if (kindOf(one.driver) !== kindOf(other.driver)) return false
  if (one.server === null || other.server === null) return one.place !== null && one.place === other.place
  return one.server === other.server && scopeOf(one.place) === scopeOf(other.place)
}

/** The name in a key, see `queueKeyOf`; empty for keys of other forms. */
export function nameIn(key: string): string {
  const encoded = /^[^:]*:[^:]*:(.*)$/s.exec(key)?.[1] ?? ''
  try {
    return decodeURIComponent(encoded)
  } catch {
    return ''
  }
}
