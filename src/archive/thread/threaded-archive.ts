import { Worker } from 'node:worker_threads'
import { withPatience } from '../../lib/async.js'
import { QuasarError } from '../../lib/errors.js'
import type { Archive, SealedFound } from '../../ports/index.js'
import {
  type Answer,
  type Method,
  pack,
  type Request,
  type Sealed,
  type ThrownError,
  type Tokens,
  unpack,
} from './messages.js'

/** Requests that may wait for the thread. Each write holds its jobs. */
const MAX_WAITING = 256
/** Memory of JavaScript that the thread may use, MB: a batch of 1,000 jobs with the largest payloads takes half of it. */
const MEMORY_MB = 512
/** How long the thread may take to end what it does, ms. */
const CLOSE_MS = 10_000

export interface ThreadedArchiveOptions {
  /** Of the file that runs on the thread: it calls `serveArchive`. */
  readonly workerUrl: URL
  readonly kind: string
  readonly place: string
  /** What that file gets as `workerData`. Can be cloned. */
  readonly workerData: object
}

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

/** An archive whose work is done on a thread, which starts with the first call and starts again after it ended. */
export function threadedArchive(options: ThreadedArchiveOptions): Archive {
  const thread = new ArchiveThread(options)
  const ask =
    (method: Method) =>
    (...args: readonly unknown[]) =>
      thread.ask(method, args) as Promise<never>
  return {
    kind: options.kind,
    place: options.place,
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
    setTokens: (tokens) => thread.setTokens(tokens),
    onSealed: (listener) => {
      thread.onSealed = listener
    },
  }
}

class ArchiveThread {
  readonly #options: ThreadedArchiveOptions
  #worker: Worker | null = null
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  #tokens: readonly string[] = []
  onSealed: (found: SealedFound) => void = () => {}
  #closing: Promise<void> | null = null

  constructor(options: ThreadedArchiveOptions) {
    this.#options = options
  }

  /** An archive may be open already: its thread gets them now, and one that starts later at its start. */
  setTokens(tokens: readonly string[]): void {
    this.#tokens = tokens
    if (this.#worker) this.#passTokens(this.#worker)
  }

  #passTokens(worker: Worker): void {
    const message: Tokens = { tokens: this.#tokens }
    worker.postMessage(message)
  }

  ask(method: Method, args: readonly unknown[]): Promise<unknown> {
    if (this.#closing) return Promise.reject(new Error('The archive is closed.'))
    return this.#send(method, args)
  }

  close(): Promise<void> {
    this.#closing ??= this.#end()
    return this.#closing
  }

  async #end(): Promise<void> {
    const worker = this.#worker
    if (!worker) return
    await withPatience(this.#send('close', []), CLOSE_MS).catch(() => {})
    await worker.terminate()
  }

  #send(method: Method, args: readonly unknown[]): Promise<unknown> {
    if (this.#waiting.size >= MAX_WAITING)
      return Promise.reject(new Error(`The archive is behind: ${MAX_WAITING} requests wait for it.`))
    return new Promise((resolve, reject) => {
      const worker = this.#started()
      const request: Request = { id: ++this.#lastId, method, args: pack(args) }
      worker.postMessage(request, [request.args.bytes])
      this.#waiting.set(request.id, { resolve, reject })
      // Only what is asked keeps the process alive.
      worker.ref()
    })
  }

  #started(): Worker {
    if (this.#worker) return this.#worker
    const { workerUrl, workerData } = this.#options
    const worker = new Worker(workerUrl, {
      name: 'quasar-archive',
      workerData,
      // What the app loads with --import or --require is not for this thread.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    })
    worker.on('message', (message: Answer | Sealed) => {
      if ('sealed' in message) this.onSealed(message.sealed)
      else this.#take(message)
    })
    worker.on('error', (error) => this.#lose(worker, error))
    worker.on('exit', () => this.#lose(worker, new Error('it ended')))
    worker.unref()
    this.#worker = worker
    this.#passTokens(worker)
    return worker
  }

  #take(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if (this.#waiting.size === 0) this.#worker?.unref()
    if ('error' in answer) waiting?.reject(errorOf(answer.error))
    else waiting?.resolve(unpack(answer.result))
  }

  /** The next request starts another thread. */
  #lose(worker: Worker, reason: unknown): void {
    if (this.#worker !== worker) return
    this.#worker = null
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    const text = reason instanceof Error ? reason.message : String(reason)
    for (const { reject } of waiting) reject(new Error(`The archive's thread stopped: ${text}`))
  }
}

function errorOf({ name, message, code }: ThrownError): Error {
  if (name === 'QuasarError' && (code === 'missing_package' || code === 'invalid_option'))
    return new QuasarError(code, message)
  return code === null ? new Error(message) : Object.assign(new Error(message), { code })
}
