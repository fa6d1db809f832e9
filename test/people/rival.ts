import type { PeopleStore } from '../../src/ports/people.js'
import { put, userOf } from './conformance/samples.js'

/** Records of each write of {@link fill}. */
export const BATCH = 40

/** Raises the number of one record that all rivals share, and adds one of its own, until it has won so often. */
export async function win(store: PeopleStore, name: string, wins: number): Promise<void> {
  let won = 0
  while (won < wins) {
    const { version, records } = await store.changes(0)
    const shared = records.find(({ id }) => id === 'shared')?.body ?? '{"n":0}'
    const next = { n: (JSON.parse(shared) as { n: number }).n + 1 }
    if (await store.write(version, [userOf('shared', next), userOf(`${name}-${won}`)])) won++
  }
}

/** Writes versions of the same records until it is killed: each has the version in it. */
export async function fill(store: PeopleStore, say: (line: string) => void): Promise<void> {
  for (;;) {
    const version = (await store.look(null)).version + 1
    await put(
      store,
      Array.from({ length: BATCH }, (_, i) => userOf(`u${i}`, { version, text: 'x'.repeat(2_000) })),
    )
    say(`${version}`)
  }
}
