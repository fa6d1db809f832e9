import { MAX_PEOPLE_ID_CHARS, type PeopleRecord, type PeopleStamp, type SessionFilter } from '../../ports/people.js'

const EXPECTED = { user: 'string', hash: 'string', except: 'string', expiredAt: 'number' } as const

/** Of a record, a user or a session. @throws when it is empty or too long */
export function checkId(id: string): void {
  if (id.length > 0 && id.length <= MAX_PEOPLE_ID_CHARS) return
  throw new Error(`An id takes 1 to ${MAX_PEOPLE_ID_CHARS} characters; got ${id.length}`)
}

/** Unix ms. @throws when it is no number */
export function checkTimes(...times: readonly number[]): void {
  if (!times.every(Number.isFinite)) throw new Error('A time takes Unix ms')
}

/** @throws when it names nothing, or names something without a value: it would end more sessions than were meant */
export function checkFilter(filter: SessionFilter): void {
  const given = Object.entries(filter)
  const isSound = given.every(([name, value]) => typeof value === EXPECTED[name as keyof SessionFilter])
  if (given.length === 0 || !isSound)
    throw new Error('Sessions are ended by at least one of user, hash, except and expiredAt, each with a value')
}

/** Each record once, as it was given last. @throws when an id is none */
export function distinctRecords(records: readonly PeopleRecord[]): readonly PeopleRecord[] {
  return distinct(records, (_, next) => next)
}

/** Each stamp once, with its latest time. @throws when an id or a time is none */
export function distinctStamps(stamps: readonly PeopleStamp[]): readonly PeopleStamp[] {
  for (const { at } of stamps) checkTimes(at)
  return distinct(stamps, (known, next) => (next.at > known.at ? next : known))
}

function distinct<T extends { readonly kind: string; readonly id: string }>(
  all: readonly T[],
  choose: (known: T, next: T) => T,
): readonly T[] {
  const found = new Map<string, T>()
  for (const one of all) {
    checkId(one.id)
    // Kinds have no space.
    const key = `${one.kind} ${one.id}`
    const known = found.get(key)
    found.set(key, known ? choose(known, one) : one)
  }
  return [...found.values()]
}
