import type { MessagePort } from 'node:worker_threads'
import { clockOrigin, monotonic, setTimeout } from '../../lib/clock.js'
import type { Writer } from '../../ports/index.js'
import type { Heartbeat } from '../../protocol/index.js'
import { blockedHeartbeat, processProbes } from './blocked-heartbeat.js'
import { serveLivez } from './livez.js'
import { readMainStack } from './main-stack.js'
import { type LastBeat, SLOTS, type ThreadMessage, type ThreadSetup } from './messages.js'
import { Progress } from './progress.js'

type BeatWriter = Pick<Writer, 'write' | 'removeNode' | 'close'>

/**
 * Runs on the heartbeat thread: writes the node's heartbeats while the main thread's loop is blocked, and serves `/livez`.
 *
 * @param openWriter null where the thread writes no heartbeats. The writer is closed when the loop turns again: no connection idles
 */
export function serveThread(setup: ThreadSetup, port: MessagePort, openWriter: (() => BeatWriter) | null): void {
  const tell = (message: ThreadMessage) => port.postMessage(message)
  const progress = new Progress(setup.slots, setup.intervalMs)
  if (setup.livez) {
    const { host, port: number } = setup.livez
    serveLivez(
      setup.livez,
      () => progress.stillFor(),
      ({ message }) =>
        tell({ kind: 'notice', topic: 'livez', text: `/livez is not served on ${host}:${number}: ${message}.` }),
    )
  }
  const beats = openWriter && new BlockedBeats(setup, progress, openWriter, tell)
  port.on('message', ({ heartbeat }: LastBeat) => beats?.note(heartbeat))
  const tick = () => {
    // Looks in any case, so that it knows how long it did not run itself.
    if (progress.isBlocked) void beats?.beat()
    else beats?.rest()
    setTimeout(tick, setup.pulseMs)
  }
  tick()
}

/** The heartbeats of one blocked loop after another. */
class BlockedBeats {
  readonly #setup: ThreadSetup
  readonly #progress: Progress
  readonly #openWriter: () => BeatWriter
  readonly #tell: (message: ThreadMessage) => void
  readonly #probes: ReturnType<typeof processProbes>
  #writer: BeatWriter
  #last: Heartbeat | null = null
  #isBeating = false
  #isResting = true
  #beatAt = Number.NEGATIVE_INFINITY
  /** Of this block; read once. */
  #stack: Promise<string | null> | null = null

  constructor(
    setup: ThreadSetup,
    progress: Progress,
    openWriter: () => BeatWriter,
    tell: (message: ThreadMessage) => void,
  ) {
    this.#setup = setup
    this.#progress = progress
    this.#openWriter = openWriter
    this.#tell = tell
    this.#probes = processProbes(setup.disks)
    this.#writer = openWriter()
  }

  note(heartbeat: Heartbeat): void {
    this.#last = heartbeat
    // The next figures cover the time since the heartbeat of the main thread.
    void this.#probes.prepare().then(() => this.#probes.collect())
  }

  /** The loop turns. */
  rest(): void {
    if (this.#isResting || this.#isBeating) return
    this.#isResting = true
    this.#stack = null
    this.#beatAt = Number.NEGATIVE_INFINITY
    void this.#writer.close()
    this.#writer = this.#openWriter()
  }

  /** Writes a heartbeat if one is due. Never rejects. */
  async beat(): Promise<void> {
    const last = this.#last
    if (!last || this.#isBeating || this.#isHeld || monotonic() - this.#beatAt < this.#setup.intervalMs) return
    this.#isBeating = true
    this.#isResting = false
    this.#beatAt = monotonic()
    try {
      await this.#write(last)
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      this.#tell({ kind: 'notice', topic: 'heartbeat thread', text: `the heartbeat thread failed to write: ${text}.` })
    } finally {
      this.#isBeating = false
    }
  }

  get #isHeld(): boolean {
    return Atomics.load(this.#setup.slots, SLOTS.isHeld) === 1
  }

  async #write(last: Heartbeat): Promise<void> {
    const stack = await this.#readStack()
    await this.#probes.prepare()
    // Either may have taken a while.
    if (!this.#progress.isBlocked || this.#isHeld) return
    const heartbeat = blockedHeartbeat(last, this.#probes.collect(), this.#progress.stillFor(), stack)
    const { service, id: node } = last
    await this.#writer.write({ service, node, heartbeat, records: [], clockOrigin: clockOrigin() })
    // The main thread may have written or left meanwhile, by another connection.
    if (this.#isHeld) await this.#writer.removeNode(service, node)
    else if (!this.#progress.isBlocked) this.#tell({ kind: 'overlapped' })
  }

  #readStack(): Promise<string | null> {
    const { writesStack, slots } = this.#setup
    if (!writesStack) return Promise.resolve(null)
    this.#stack ??= Atomics.load(slots, SLOTS.isInspected) === 1 ? Promise.resolve(null) : readMainStack()
    return this.#stack
  }
}
