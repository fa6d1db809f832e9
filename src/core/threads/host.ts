import { randomUUID } from 'node:crypto'
import { type BroadcastChannel, receiveMessageOnPort } from 'node:worker_threads'
import type { Writer } from '../../ports/index.js'
import { untraced } from '../../tracing/untraced.js'
import {
  canShareThreads,
  offerTicket,
  openChannel,
  SLOTS,
  type ThreadIdentity,
  type ThreadMessage,
  type Ticket,
  withdrawTicket,
} from './messages.js'
import { ThreadNode } from './thread-node.js'
import { watchWorkers } from './workers.js'

export interface ThreadHostOptions {
  /** Identifies the store of the writer. */
  readonly store: string
  readonly writer: Pick<Writer, 'write' | 'removeNode'>
  /** A thread exceeded its memory limit, which nothing in it could report. */
  readonly onLoss: (error: unknown) => void
  readonly onFault: (error: unknown) => void
}

/**
 * Reports for the threads that this thread creates, and for theirs: `worker.terminate()` runs nothing inside a thread, and a parked thread
 * (`Atomics.wait`) can neither send heartbeats nor write. Their recorders send their data over a channel.
 */
export class ThreadHost {
  readonly #options: ThreadHostOptions
  readonly #ticket: Ticket
  readonly #nodes = new Map<string, ThreadNode>()
  /**
   * Nodes that were removed and are removed once more at the next report: their own last write may have come later, or the store did not
   * answer.
   */
  readonly #ended = new Set<ThreadNode>()
  /** The creator of each thread: a thread's end also ends the threads that it created. */
  readonly #makers = new Map<number, number>()
  readonly #unwatch: () => void
  readonly #writes = new Set<Promise<void>>()
  /** Opened with the first thread: most apps have none. */
  #channel: BroadcastChannel | null = null

  constructor(options: ThreadHostOptions) {
    this.#options = options
    const slots = new Int32Array(new SharedArrayBuffer(SLOTS.count * Int32Array.BYTES_PER_ELEMENT))
    slots[SLOTS.isOpen] = 1
    this.#ticket = { host: randomUUID(), store: options.store, slots }
    offerTicket(this.#ticket)
    this.#unwatch = watchWorkers({
      onStart: () => this.#listen(),
      onError: (_thread, error) => {
        if ((error as { code?: unknown } | null)?.code === 'ERR_WORKER_OUT_OF_MEMORY') options.onLoss(error)
      },
      onEnd: (thread) => {
        // Its last messages may arrive after its end.
        this.#drain()
        this.#endThread(thread)
      },
    })
  }

  /** Writes the threads' data. The writer has their batches when this returns; the promise resolves when they are written. */
  report(isLast = false): Promise<void> {
    this.#drain()
    for (const node of this.#nodes.values()) this.#write(node, isLast, false)
    for (const node of this.#ended) this.#write(node, true, true)
    return this.#settled()
  }

  /** The process may end now with all its threads: removes their nodes. Threads that continue send heartbeats again. */
  depart(): Promise<void> {
    this.#drain()
    for (const node of [...this.#nodes.values(), ...this.#ended]) this.#write(node, true, true)
    return this.#settled()
  }

  async stop(): Promise<void> {
    Atomics.store(this.#ticket.slots, SLOTS.isOpen, 0)
    withdrawTicket(this.#ticket)
    this.#unwatch()
    await this.depart()
    this.#channel?.close()
  }

  #listen(): void {
    if (this.#channel) return
    this.#channel = openChannel()
    this.#channel.onmessage = (event) => this.#receive((event as { data: unknown }).data)
    // The setter may keep the loop alive again.
    this.#channel.unref()
  }

  #drain(): void {
    if (!this.#channel) return
    for (let one = receive(this.#channel); one; one = receive(this.#channel)) this.#receive(one.message)
  }

  #receive(data: unknown): void {
    try {
      const message = data as ThreadMessage
      if (message.host !== this.#ticket.host) return
      Atomics.sub(this.#ticket.slots, SLOTS.underWay, 1)
      this.#note(message)
    } catch (error) {
      this.#options.onFault(error)
    }
  }

  #note(message: ThreadMessage): void {
    if (message.kind === 'born') this.#makers.set(message.thread, message.by)
    else if (message.kind === 'gone') this.#endThread(message.thread)
    else if (message.kind === 'bye') this.#end(this.#nodeOf(message.from))
    else this.#keep(this.#nodeOf(message.from), message)
  }

  #keep(node: ThreadNode, message: ThreadMessage): void {
    node.noteWord()
    if (message.kind === 'beat') node.noteBeat(message.heartbeat)
    else if (message.kind === 'attempt') node.count(message.attempt)
    else if (message.kind === 'record') node.buffer.push(message.record)
  }

  #nodeOf(identity: ThreadIdentity): ThreadNode {
    const node = this.#nodes.get(identity.node) ?? new ThreadNode(identity)
    this.#nodes.set(identity.node, node)
    return node
  }

  #endThread(thread: number): void {
    this.#makers.delete(thread)
    for (const node of [...this.#nodes.values()]) if (node.identity.thread === thread) this.#end(node)
    for (const [made, maker] of [...this.#makers]) if (maker === thread) this.#endThread(made)
  }

  #end(node: ThreadNode): void {
    this.#nodes.delete(node.identity.node)
    this.#write(node, true, true)
    this.#ended.add(node)
  }

  #write(node: ThreadNode, isLast: boolean, leaves: boolean): void {
    const write = untraced(() => this.#writeNode(node, isLast, leaves)).catch(this.#options.onFault)
    this.#writes.add(write)
    void write.then(() => this.#writes.delete(write))
  }

  async #writeNode(node: ThreadNode, isLast: boolean, leaves: boolean): Promise<void> {
    const { writer } = this.#options
    const wasEnded = this.#ended.has(node)
    const batch = node.take(isLast)
    const writing = batch && writer.write(batch)
    const leaving = leaves && writer.removeNode(node.identity.service, node.identity.node)
    const result = await writing
    if (result) node.buffer.putBack(result.unwritten)
    await leaving
    if (wasEnded && !result?.error) this.#ended.delete(node)
  }

  async #settled(): Promise<void> {
    await Promise.all(this.#writes)
  }
}

function receive(channel: BroadcastChannel): { message: unknown } | undefined {
  // Its typings accept only ports; Node accepts a channel, too.
  return receiveMessageOnPort(channel as unknown as Parameters<typeof receiveMessageOnPort>[0])
}

/** @returns null where threads can't find the host */
export function hostThreads(options: Omit<ThreadHostOptions, 'store'> & { store: string | null }): ThreadHost | null {
  const { store } = options
  return store === null || !canShareThreads() ? null : new ThreadHost({ ...options, store })
}
