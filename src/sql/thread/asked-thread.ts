import { Worker } from 'node:worker_threads'
import { withPatience } from '../../lib/async.js'
import { QuasarError } from '../../lib/errors.js'
import { type Answer, pack, type Request, type ThrownError, unpack } from './messages.js'

/** How long the thread may take to end what it does, ms. */
const CLOSE_MS = 10_000

export interface AskedThreadOptions {
  /** Of the file that runs on the thread: it calls `serve`. */
  readonly workerUrl: URL
  /** What that file gets as `workerData`. Can be cloned. */
  readonly workerData: object
  /** Of the thread, for debuggers. */
  readonly threadName: string
  /** What it does its work for, as messages call it: `archive`. */
  readonly name: string
  /** Memory of JavaScript that the thread may use, MB. */
  readonly memoryMb: number
  /** Requests that may wait for the thread. */
  readonly maxWaiting: number
  /** What it is told before it is asked, each time that it starts. */
  readonly onStart?: () => object
  /** Gets what the thread tells without being asked. */
  readonly onTold?: (message: object) => void
}

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

/** A thread that answers requests. It starts with the first one, and starts again after it ended. */
export class AskedThread {
  readonly #options: AskedThreadOptions
  #worker: Worker | null = null
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  #closing: Promise<void> | null = null

  constructor(options: AskedThreadOptions) {
    this.#options = options
  }

  ask(method: string, args: readonly unknown[]): Promise<unknown> {
    if (this.#closing) return Promise.reject(new Error(`The ${this.#options.name} is closed.`))
    return this.#send(method, args)
  }

  /** Without effect while it does not run. */
  tell(message: object): void {
    this.#worker?.postMessage(message)
  }

  /** Once what was asked is done. Idempotent. Never rejects. */
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

  #send(method: string, args: readonly unknown[]): Promise<unknown> {
    const { name, maxWaiting } = this.#options
    if (this.#waiting.size >= maxWaiting)
      return Promise.reject(new Error(`The ${name} is behind: ${maxWaiting} requests wait for it.`))
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
    const { workerUrl, workerData, threadName, memoryMb, onStart, onTold } = this.#options
    const worker = new Worker(workerUrl, {
      name: threadName,
      workerData,
      // What the app loads with --import or --require is not for this thread.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    })
    worker.on('message', (message: Answer | object) => {
      if ('id' in message) this.#take(message)
      else onTold?.(message)
    })
    worker.on('error', (error) => this.#lose(worker, error))
    worker.on('exit', () => this.#lose(worker, new Error('it ended')))
    worker.unref()
    this.#worker = worker
    if (onStart) worker.postMessage(onStart())
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
    for (const { reject } of waiting) reject(new Error(`The thread of the ${this.#options.name} stopped: ${text}`))
  }
}

function errorOf({ name, message, code }: ThrownError): Error {
  if (name === 'QuasarError' && (code === 'missing_package' || code === 'invalid_option'))
    return new QuasarError(code, message)
  return code === null ? new Error(message) : Object.assign(new Error(message), { code })
}
