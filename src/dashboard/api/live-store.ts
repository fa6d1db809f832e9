import { Overview, PulseDifference } from '../../api/overview.js'
import { hasShape } from '../../api/shape.js'
import type { PulseEvent } from '../../api/types.js'
import type { ExceptionRecord } from '../../protocol/exception.js'
import type { SlowEntry } from '../../protocol/slow-entry.js'
import { askOverview } from './ask.js'
import { type Clock, createClock } from './clock.js'
import { askClusters, newestOf, takeClusters } from './clusters.js'
import { addExceptions, addSlow, applyPulse } from './reducer.js'
import { createStore, type Store } from './store.js'
import { openStream, type Stream } from './stream.js'

export type Connection = 'connecting' | 'open' | 'reconnecting'

export interface LiveState {
  connection: Connection
  /** null until the first state came. */
  overview: Overview | null
  /** Why there is nothing new, in words; null when all is well. */
  problem: string | null
}

/** What the page knows. */
export interface LiveStore {
  readonly clock: Clock
  readonly state: Store<LiveState>
  /** Grows with each change of alerts that the stream tells of. */
  readonly alertNews: Store<number>
  /** Begins to listen; returns the end of it. */
  start(): () => void
}

/** A stream that is silent for this long is asked beside: a fleet without change sends nothing, a dead line neither. */
const SILENCE_MS = 8_000
/** A stream that is still silent although the server answers is opened anew. */
const DEAD_LINE_MS = 60_000
const LOOK_EVERY_MS = 1_000

/** The base of what is about no cluster, or about the only one. */
export const HOME = 'api/'

/** @param base of the API: `api/`, or `api/c/staging/` */
export function createLiveStore(base: string): LiveStore {
  const clock = createClock()
  const store = createStore<LiveState>({ connection: 'connecting', overview: null, problem: null })
  const alertNews = createStore(0)
  let heardAt = Date.now()
  let askedAt = 0
  let asking = false
  /** Whether there are several clusters, of which this shows none. */
  let isOfNone = false
  let stream: Stream | undefined

  function set(change: Partial<LiveState>) {
    store.set({ ...store.get(), ...change })
  }

  function take(event: PulseEvent) {
    const overview = applyPulse(store.get().overview, event)
    if (!overview) return stream?.reopen()
    // A server that repeats an old state is not live: the clock goes on, and the age grows.
    if (overview.at !== store.get().overview?.at) clock.set(overview.at)
    set({ overview, problem: null })
  }

  function onEvent(name: string, data: string) {
    const parsed = parse(data)
    if (name === 'clusters') return takeAll(parsed)
    heardAt = Date.now()
    if (name === 'system_pulse' && isPulse(parsed)) take(parsed)
    if (name === 'slow' && Array.isArray(parsed))
      set({ overview: addSlow(store.get().overview, parsed as SlowEntry[]) })
    if (name === 'errors' && Array.isArray(parsed))
      set({ overview: addExceptions(store.get().overview, parsed as ExceptionRecord[]) })
    if (name === 'alert') alertNews.set(alertNews.get() + 1)
  }

  function takeAll(listing: unknown) {
    // News of all clusters are no sign of life of one of them.
    if (takeClusters(listing) && base === HOME) noteClusters()
  }

  function noteClusters() {
    isOfNone = true
    heardAt = Date.now()
    clock.set(newestOf(clock.now()))
    set({ problem: null })
  }

  async function ask() {
    if (asking) return
    asking = true
    askedAt = Date.now()
    await (isOfNone ? askForAll() : askForOne())
    asking = false
  }

  async function askForAll() {
    const problem = await askClusters()
    if (!stream) return
    if (problem === null) noteClusters()
    else set({ problem })
  }

  async function askForOne() {
    const answer = await askOverview(`${base}overview`)
    if (!stream) return
    if ('overview' in answer) {
      if (answer.overview.at > (store.get().overview?.at ?? 0)) take({ full: true, ...answer.overview })
    } else if (answer.code === 'cluster_needed') isOfNone = true
    else set({ problem: answer.problem })
  }

  function look() {
    const now = Date.now()
    if (store.get().connection === 'reconnecting' || now - heardAt < SILENCE_MS) return
    if (now - askedAt >= SILENCE_MS / 2) void ask()
    if (now - heardAt < DEAD_LINE_MS) return
    heardAt = now
    stream?.reopen()
  }

  function wake() {
    if (store.get().connection === 'reconnecting') stream?.reopen()
  }

  function start() {
    stream = openStream(`${base}stream`, ['system_pulse', 'slow', 'errors', 'alert', 'clusters'], {
      onOpen: () => set({ connection: 'open' }),
      onEvent,
      onLost: (gaveUp) => {
        set({ connection: 'reconnecting' })
        if (gaveUp) void ask()
      },
    })
    const timer = setInterval(look, LOOK_EVERY_MS)
    window.addEventListener('online', wake)
    return () => {
      clearInterval(timer)
      window.removeEventListener('online', wake)
      stream?.close()
      stream = undefined
    }
  }

  return { clock, state: store, alertNews, start }
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return null
  }
}

function isPulse(value: unknown): value is PulseEvent {
  const { full } = (value ?? {}) as { full?: unknown }
  return hasShape(full === true ? Overview : PulseDifference, value)
}
