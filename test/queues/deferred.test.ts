import { expect, it } from 'vitest'
import { deferredSource } from '../../src/queues/shared/deferred.js'

const facts = { driver: 'bullmq', place: 'here', names: null, capabilities: [], pollEvery: null } as const

/** A source that is loaded by the first call, and what has become of it. */
function deferred({ failures = 0 } = {}) {
  const seen = { loaded: 0, released: 0, closed: 0 }
  const source = deferredSource({
    facts,
    methods: ['read', 'pause'],
    async load() {
      seen.loaded += 1
      if (seen.loaded <= failures) throw new Error('not there')
      return {
        ...facts,
        async read() {
          if (seen.closed > 0) throw new Error('closed')
          return { server: 'one', queues: [] }
        },
        pause: async (queue) => {
          if (queue === 'none') throw new Error('no such queue')
        },
        async close() {
          seen.closed += 1
        },
      }
    },
    release() {
      seen.released += 1
    },
  })
  return { source, seen }
}

it('says what holds of it before its code is loaded, and has its methods and no others', async () => {
  const { source, seen } = deferred()
  expect(source).toMatchObject(facts)
  expect(Object.keys(source).sort()).toEqual([...Object.keys(facts), 'close', 'pause', 'read'].sort())
  expect(seen.loaded).toBe(0)
})

it('is loaded once, by the first call, and passes on what its methods answer', async () => {
  const { source, seen } = deferred()
  const [one, two] = await Promise.all([source.read(), source.read()])
  expect([one.server, two.server, seen.loaded]).toEqual(['one', 'one', 1])
  await expect(source.pause('none')).rejects.toThrow('no such queue')
})

it('tries again after its code could not be loaded', async () => {
  const { source, seen } = deferred({ failures: 1 })
  await expect(source.read()).rejects.toThrow('not there')
  await expect(source.read()).resolves.toMatchObject({ server: 'one' })
  expect(seen.loaded).toBe(2)
})

it('loads nothing to be closed, and stays closed', async () => {
  const { source, seen } = deferred()
  await source.close()
  expect(seen).toEqual({ loaded: 0, released: 1, closed: 0 })
  await expect(source.read()).rejects.toThrow('closed')
})

it('closes what a call is loading or has loaded', async () => {
  const { source, seen } = deferred()
  const reading = source.read()
  await source.close()
  await expect(reading).rejects.toThrow('closed')
  await source.close()
  expect(seen.closed).toBeGreaterThan(0)
})

it('ends without an error when its code can not be loaded', async () => {
  const { source } = deferred({ failures: 1 })
  const reading = source.read()
  await expect(source.close()).resolves.toBeUndefined()
  await expect(reading).rejects.toThrow('not there')
})
