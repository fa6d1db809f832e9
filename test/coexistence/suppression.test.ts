import type * as Api from '@opentelemetry/api'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { startQuasar } from '../../src/runtime/start-quasar.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { requireFrom } from '../support/installed.js'
import { serveZenith } from '../zenith/support/zenith.js'

/** OpenTelemetry's own packages say what would make no spans. */
const neighbours = requireFrom('neighbours')
const { context }: typeof Api = neighbours('@opentelemetry/api')
const { AsyncLocalStorageContextManager } = neighbours('@opentelemetry/context-async-hooks')
const { isTracingSuppressed } = neighbours('@opentelemetry/core')

beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()))
afterAll(() => context.disable())

/** A store that notes of each call whether what it asks would make spans, after a turn of the loop as a Redis needs one. */
function watchedStore() {
  const store = memoryStore()
  const calls: [string, boolean][] = []
  const note = async (name: string) => {
    await new Promise((turn) => setImmediate(turn))
    calls.push([name, isTracingSuppressed(context.active())])
  }
  const watched = Object.fromEntries(
    Object.entries(store).map(([name, member]) => {
      if (typeof member !== 'function') return [name, member]
      return [name, (...args: never[]) => note(name).then(() => (member as (...all: never[]) => unknown)(...args))]
    }),
  ) as typeof store
  return { watched, calls, of: (name: string) => calls.filter(([one]) => one === name) }
}

it('makes no spans of what a reporter writes: reports, what was asked for, and the last one', async () => {
  const { watched, calls, of } = watchedStore()
  const quasar = startQuasar({ service: 'shop', store: watched, interval: 100, logger: false })
  onTestFinished(() => quasar.stop())
  await vi.waitFor(() => expect(of('write').length).toBeGreaterThan(1))
  await quasar.flush()
  await quasar.stop()
  expect(of('removeNode')).toHaveLength(1)
  expect(calls.filter(([, isSuppressed]) => !isSuppressed)).toEqual([])
})

it('makes no spans of the looks of a Zenith that somebody looks at', async () => {
  const { watched, of } = watchedStore()
  const { watch } = await serveZenith({ store: watched, interval: 50 })
  await watch()
  await vi.waitFor(() => expect(of('nodes').length).toBeGreaterThan(2))
  expect(of('nodes').filter(([, isSuppressed]) => !isSuppressed)).toEqual([])
})
