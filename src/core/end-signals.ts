import { constants } from 'node:os'
import { isatty } from 'node:tty'
import { isMainThread } from 'node:worker_threads'
import { inTimeHeld, TOO_LATE } from '../lib/async.js'
import { setImmediate } from '../lib/clock.js'
import { type SharedWatch, sharedWatch } from '../lib/shared-watch.js'

/** Listener for the signals that end a process. */
export interface EndListener {
  /** The signal ends the process, which waits briefly for this. Never rejects. */
  onEnd(): Promise<unknown>
  /** The time for that is over: the signal ends the process with this very turn. */
  onTooLate(): void
  /** The app has a listener of its own for the signal, which may end the process now, later or never. */
  onAsked(): void
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const
type EndSignal = (typeof SIGNALS)[number]

/** Longest time that a signal's effect is held back, ms. */
const MAX_HOLD_MS = 250

/** Marks the listeners of all copies of the package. */
const OWN = Symbol.for('@gravito/quasar/end-signal')

/** One listener for each signal for all recorders. */
const joinWatch = sharedWatch<EndListener>('end-signals', beginWatch)

/**
 * Listens to the signals that end a process, and ends it as it would have ended without the listener: by the same signal, or not at all.
 *
 * @returns ends the listening
 */
export function watchEndSignals(listener: EndListener): () => void {
  return joinWatch(listener)
}

/**
 * Whether this runtime can end a process by a signal that it has listened to. Threads get no signals, Windows has none to end by, and Bun and
 * Deno have their own ways.
 */
export function canWatchEndSignals(): boolean {
  return isMainThread && process.platform !== 'win32' && !process.versions.bun && !process.versions.deno
}

/** Linux ignores a signal without a listener for the first process of a container. */
export function ignoresSignals(): boolean {
  return process.pid === 1
}

/** Whether anything but Quasar listens to a signal that ends a process. */
export function isEndHandled(): boolean {
  return SIGNALS.some((signal) => process.listeners(signal).some((listener) => !(OWN in listener)))
}

function beginWatch(): SharedWatch<EndListener> {
  const listeners = new Set<EndListener>()
  const ends = SIGNALS.map((signal) => watchSignal(signal, listeners))
  return {
    listeners,
    end() {
      for (const end of ends) end()
    },
  }
}

function watchSignal(signal: EndSignal, listeners: ReadonlySet<EndListener>): () => void {
  let isWatching = true
  const onSignal = (_name: unknown, number?: unknown) => {
    // Libraries such as signal-exit count the listeners to learn whether anything else acts on the signal. And without this one a second
    // signal ends a process that still waits.
    process.off(signal, onSignal)
    if (process.listenerCount(signal) > 0) tellEach(listeners, (listener) => listener.onAsked())
    // `process.emit('SIGTERM')` has no number, and ends nothing.
    else if (number === constants.signals[signal] && !ignoresSignals())
      return void endBy(signal, listeners).then(listen)
    setImmediate(listen).unref()
  }
  Object.defineProperty(onSignal, OWN, { value: true })
  function listen(): void {
    const count = process.listenerCount(signal)
    const most = process.getMaxListeners()
    // One more listener than that makes Node warn of a leak.
    if (isWatching && (most === 0 || count < most)) process.prependListener(signal, onSignal)
  }
  listen()
  return () => {
    isWatching = false
    process.off(signal, onSignal)
  }
}

/** Resolves only where the process survives: a listener was added meanwhile. */
async function endBy(signal: EndSignal, listeners: ReadonlySet<EndListener>): Promise<void> {
  const leaving = Promise.allSettled([...listeners].map(async (listener) => listener.onEnd()))
  if ((await inTimeHeld(leaving, MAX_HOLD_MS)) === TOO_LATE) tellEach(listeners, (listener) => listener.onTooLate())
  restoreTerminal()
  process.kill(process.pid, signal)
}

/** Without a listener Node does this itself when a signal ends it. */
function restoreTerminal(): void {
  try {
    if (isatty(0) && process.stdin.isRaw) process.stdin.setRawMode(false)
  } catch {
    // It may be closed already.
  }
}

function tellEach(listeners: Iterable<EndListener>, tell: (listener: EndListener) => void): void {
  for (const listener of listeners) {
    try {
      tell(listener)
    } catch {
      // An error here would reach the app.
    }
  }
}
