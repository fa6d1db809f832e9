import { isMainThread } from 'node:worker_threads'
import { monotonic } from '../lib/clock.js'
import { canWatchEndSignals, ignoresSignals, isEndHandled, watchEndSignals } from './end-signals.js'
import { holdingTheLoop, MAX_EXIT_HOLD_MS, watchProcess } from './process-events.js'

/** Shortest time between two immediate writes for uncaught errors, ms. */
const FLUSH_EVERY_MS = 1_000
/** A process that exits within this time after a signal was asked to end, ms. */
const ASKED_MS = 120_000

/** What a recorder does when its process ends, or may be about to. */
export interface LastWords {
  onUncaught(error: unknown): void
  /** Whether the last report failed: then the end must not wait for the store. */
  isCutOff(): boolean
  /** Reports what is left and removes the node. If the process continues, so do the reports. */
  depart(): Promise<void>
  /** Passes pending records to the store in this very turn. */
  flushNow(): void
  /**
   * The same, for the very last time.
   *
   * @param leaves whether the nodes of this process are removed
   */
  sayLast(leaves: boolean): void
}

export interface ProcessEnd {
  /** Whether nothing tells that a signal ends this process. A server may add its listeners at any time. */
  isUnseen(): boolean
  unwatch(): void
}

/** Watches for the end of the process. @param onSignals whether the node leaves when a signal ends it */
export function watchEnd(words: LastWords, onSignals: boolean): ProcessEnd {
  const watchesSignals = onSignals && canWatchEndSignals()
  let flushedAt = Number.NEGATIVE_INFINITY
  let askedAt = Number.NEGATIVE_INFINITY
  // In an outage the heartbeat can't be removed, and waiting for it would delay the app's end.
  const depart = () => (words.isCutOff() ? Promise.resolve() : words.depart())
  const unwatchProcess = watchProcess({
    onUncaught(error) {
      words.onUncaught(error)
      // An app that survives such an error may have many of them.
      if (monotonic() - flushedAt < FLUSH_EVERY_MS) return
      flushedAt = monotonic()
      words.flushNow()
    },
    onBeforeExit: () => void holdingTheLoop(depart(), MAX_EXIT_HOLD_MS),
    onExit(code) {
      // A thread that ends removes its node: its process continues. A process that breaks off leaves its node, which is lost.
      const leaves = !isMainThread || code === 0 || monotonic() - askedAt < ASKED_MS
      words.sayLast(leaves)
    },
  })
  const unwatchSignals = watchesSignals
    ? watchEndSignals({
        onEnd: depart,
        onTooLate: () => words.sayLast(true),
        onAsked() {
          askedAt = monotonic()
        },
      })
    : () => {}
  return {
    isUnseen: () => isMainThread && !(watchesSignals && !ignoresSignals()) && !isEndHandled(),
    unwatch() {
      unwatchProcess()
      unwatchSignals()
    },
  }
}
