import type { Archive, SealedFound } from '../../ports/index.js'
import { AskedThread } from '../../sql/thread/asked-thread.js'
import type { Method, Sealed, Tokens } from './messages.js'

/** Each write that waits holds its jobs. */
const MAX_WAITING = 256
/** A batch of 1,000 jobs with the largest payloads takes half of it. */
const MEMORY_MB = 512

export interface ThreadedArchiveOptions {
  /** Of the file that runs on the thread: it calls `serveArchive`. */
  readonly workerUrl: URL
  readonly kind: string
  readonly place: string
  /** What that file gets as `workerData`. Can be cloned. */
  readonly workerData: object
}

/** An archive whose work is done on a thread. */
export function threadedArchive({ kind, place, workerUrl, workerData }: ThreadedArchiveOptions): Archive {
  let tokens: Tokens = { tokens: [] }
  let onSealed: (found: SealedFound) => void = () => {}
  const thread = new AskedThread({
    workerUrl,
    workerData,
    threadName: 'quasar-archive',
    name: 'archive',
    memoryMb: MEMORY_MB,
    maxWaiting: MAX_WAITING,
    // An archive may be open already: its thread gets them now, and one that starts later at its start.
    onStart: () => tokens,
    onTold: (message) => onSealed((message as Sealed).sealed),
  })
  const ask =
    (method: Method) =>
    (...args: readonly unknown[]) =>
      thread.ask(method, args) as Promise<never>
  return {
    kind,
    place,
    open: ask('open'),
    cursor: ask('cursor'),
    write: ask('write'),
    figures: ask('figures'),
    scopes: ask('scopes'),
    records: ask('records'),
    jobs: ask('jobs'),
    facets: ask('facets'),
    attempts: ask('attempts'),
    runningAt: ask('runningAt'),
    counts: ask('counts'),
    gaps: ask('gaps'),
    status: ask('status'),
    prune: ask('prune'),
    forget: ask('forget'),
    verify: ask('verify'),
    close: () => thread.close(),
    setTokens(given) {
      tokens = { tokens: given }
      thread.tell(tokens)
    },
    onSealed(listener) {
      onSealed = listener
    },
  }
}
