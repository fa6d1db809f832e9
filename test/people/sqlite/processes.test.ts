import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { sqlitePeople } from '../../../src/people/sqlite/store.js'
import { archiveDir, bundled, filesWith } from '../../support/archive-files.js'
import { kill, printed, startChild } from '../../support/killed-children.js'
import { put, userOf } from '../conformance/samples.js'
import { BATCH } from '../rival.js'

let program: string

beforeAll(async () => {
  program = fileURLToPath(await bundled('test/people/sqlite/child.ts'))
})

const start = (...args: readonly string[]) => startChild(program, ...args)

test('two processes that write 200 times each lose nothing', async () => {
  const dir = archiveDir()
  const rivals = ['a', 'b'].map((name) => start('win', dir, name, '200'))
  expect(await Promise.all(rivals.map((child) => once(child, 'close')))).toEqual([
    [0, null],
    [0, null],
  ])
  const store = sqlitePeople({ dir })
  const { version, records } = await store.changes(0)
  expect(version).toBe(400)
  expect(records).toHaveLength(401)
  expect(records.find(({ id }) => id === 'shared')?.body).toBe('{"n":400}')
  await store.close()
})

test('a process that is killed while it writes leaves each version whole or not at all', async () => {
  const dir = archiveDir()
  for (let kills = 0; kills < 10; kills++) {
    const child = start('fill', dir)
    await printed(child)
    // At any point of a write: they take a few milliseconds each.
    await new Promise((resolve) => setTimeout(resolve, (kills * 7) % 23))
    await kill(child)
    const store = sqlitePeople({ dir })
    const { version, records } = await store.changes(0)
    expect(records).toHaveLength(BATCH)
    expect(new Set(records.map(({ body }) => JSON.parse(body ?? '').version))).toEqual(new Set([version]))
    await store.close()
  }
})

test('a process that is killed while it deletes has deleted nothing, or all to the last byte once the file is opened again', async () => {
  const secret = 'zq7forgetme4x'
  for (const delay of [0, 5, 15, 30, 60]) {
    const dir = archiveDir()
    const store = sqlitePeople({ dir })
    await put(
      store,
      Array.from({ length: 500 }, (_, i) => userOf(`u${i}`, { secret, i, text: 'x'.repeat(500) })),
    )
    await store.close()
    const child = start('delete', dir)
    await printed(child)
    await new Promise((resolve) => setTimeout(resolve, delay))
    await kill(child)
    const again = sqlitePeople({ dir })
    const { version, records } = await again.changes(0)
    expect(records).toHaveLength(version === 1 ? 500 : 0)
    if (version === 2) expect(filesWith(dir, Buffer.from(secret))).toEqual([])
    await again.close()
  }
})
