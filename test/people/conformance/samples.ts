import type { PeopleRecord, PeopleStore, StoredSession } from '../../../src/ports/people.js'

export const NOON = Date.UTC(2026, 10, 20, 12)

export function userOf(id: string, body: object | null = { name: id }): PeopleRecord {
  return { kind: 'user', id, body: body === null ? null : JSON.stringify(body) }
}

export function sessionOf(changes: Partial<StoredSession> = {}): StoredSession {
  return {
    hash: 'h1',
    user: 'ada',
    createdAt: NOON,
    expiresAt: NOON + 3_600_000,
    seenAt: NOON,
    details: '{"by":"password"}',
    ...changes,
  }
}

/** `user ada {"name":"ada"}`, sorted: a store returns them in any order. */
export function linesOf(records: readonly PeopleRecord[]): string[] {
  return records.map(({ kind, id, body }) => `${kind} ${id} ${body}`).sort()
}

export async function hashesOf(store: PeopleStore, user: string | null = null): Promise<string[]> {
  return (await store.sessions(user)).map(({ hash }) => hash)
}

/** Writes on top of whatever is there. @returns the version that it made */
export async function put(store: PeopleStore, records: readonly PeopleRecord[]): Promise<number> {
  for (;;) {
    const { version } = await store.look(null)
    if (await store.write(version, records)) return version + 1
  }
}

/** What a Zenith knows of the people when it reads the changes after those it has. */
export class Copy {
  version = 0
  readonly bodies = new Map<string, string>()

  async refresh(store: PeopleStore): Promise<void> {
    const { version, records } = await store.changes(this.version)
    for (const { kind, id, body } of records) {
      if (body === null) this.bodies.delete(`${kind} ${id}`)
      else this.bodies.set(`${kind} ${id}`, body)
    }
    this.version = version
  }
}
