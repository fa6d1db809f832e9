import { afterEach, expect } from 'vitest'
import type { Store } from '../../src/ports/index.js'
import type { QueueEntry } from '../../src/protocol/index.js'
import { registeredSources } from '../../src/runtime/shared-queues.js'
import { type Quasar, startQuasar } from '../../src/runtime/start-quasar.js'
import { memoryStore } from '../../src/stores/memory/index.js'

/** Nodes of one service in this process. */
export interface QueueFleet {
  readonly store: Store
  /** What all of them said in their logs. */
  readonly lines: readonly string[]
  /** Starts a node: a recorder of its own, on the store that all share. */
  start(): Quasar
  entries(): Promise<QueueEntry[]>
  entry(name: string): Promise<QueueEntry | undefined>
  /** Names of queues, by the number of the node that reports them, from 0. */
  reported(): Promise<Record<number, string[]>>
}

/** What a lease lives longer here, ms: a process that is held for a moment must not lose what it reports. */
const MORE_MS = 3_000

/** Fleets for the tests of a file; their nodes stop after each test and leave nothing behind. */
export function queueFleets(): (store?: Store) => QueueFleet {
  const running: Quasar[] = []
  afterEach(async () => {
    for (const quasar of running.splice(0)) await quasar.stop()
    expect(registeredSources()).toEqual([])
  })
  return (store = memoryStore()) => {
    const lines: string[] = []
    const say = (line: string) => void lines.push(line)
    const nodes: string[] = []
    const entries = async () => (await store.queues()).snapshots.flatMap(({ queues }) => queues)
    return {
      store,
      lines,
      start() {
        const logger = { info: say, warn: say, error: say }
        // Another object is another recorder.
        const acquireQueueSlot: Store['acquireQueueSlot'] = (service, slot, holder, ms) =>
          store.acquireQueueSlot(service, slot, holder, ms + MORE_MS)
        const quasar = startQuasar({ service: 'shop', store: { ...store, acquireQueueSlot }, interval: 100, logger })
        running.push(quasar)
        nodes.push(quasar.status().node)
        return quasar
      },
      entries,
      entry: async (name) => (await entries()).find((entry) => entry.name === name),
      async reported() {
        const { snapshots } = await store.queues()
        return Object.fromEntries(
          snapshots.map(({ reporter, queues }) => [nodes.indexOf(reporter ?? ''), queues.map(({ name }) => name)]),
        )
      },
    }
  }
}
