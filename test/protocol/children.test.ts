import { expect, it } from 'vitest'
import { readChildren } from '../../src/protocol/children.js'
import { MAX_CHILDREN } from '../../src/protocol/limits.js'

const running = Array.from({ length: 10_000 }, (_, index) => ({ pid: index + 2 }))

it('counts the children that are too many to be shown', () => {
  expect(readChildren({ running })).toMatchObject({ more: 10_000 - MAX_CHILDREN })
  expect(readChildren({ running, more: 5 })).toMatchObject({ more: 10_005 - MAX_CHILDREN })
  expect(readChildren({ running: running.slice(0, MAX_CHILDREN) })?.more).toBeNull()
  expect(readChildren({ running: { length: 10_000 } })).toEqual({ running: [], more: null, ended: [] })
})
