import { monotonic } from '../../lib/clock.js'
import type { Writer } from '../../ports/index.js'
import type { QueueEntry } from '../../protocol/index.js'
import { type Holder, holderText, isNothing, parseHolder, type Watch, watchIdOf, without } from './watch.js'

/** Most slots of one service. Its nodes need several only if they watch different queues; queues beyond are not reported. */
const MAX_SLOTS = 50

/** Which queues a node reports, and in which slot. */
export interface Duty {
  readonly slot: number
  readonly watch: Watch
}

/**
 * duty: this node reports; covered: other nodes report all that it watches; waiting: another node is about to report; silent: the store
 * does not answer; crowded: too many nodes watch different queues.
 */
export type Outcome =
  | { readonly kind: 'duty'; readonly duty: Duty }
  | { readonly kind: 'covered' | 'waiting' | 'silent' | 'crowded' }

interface Held extends Duty {
  readonly text: string
}

/**
 * Decides with the other nodes of the service which of them reports which queues. A node competes for slot 1 with all queues that it
 * watches, for slot 2 with those that the holder of slot 1 does not report, and so on. It holds at most one slot.
 */
export class Election {
  readonly #service: string
  readonly #node: string
  readonly #writer: Writer
  readonly #ttlMs: number
  readonly #patience: number
  #held: Held | null = null
  /** When the first report of a holder became due. */
  #expected: { readonly who: string; readonly since: number } | null = null

  /**
   * @param ttlMs of the leases
   * @param patience how long a new holder may take for its first report before its queues count as unreported, ms
   */
  constructor(
    identity: { readonly service: string; readonly node: string },
    writer: Writer,
    { ttlMs, patience }: { readonly ttlMs: number; readonly patience: number },
  ) {
    this.#service = identity.service
    this.#node = identity.node
    this.#writer = writer
    this.#ttlMs = Math.ceil(ttlMs)
    this.#patience = patience
  }

  /** Competes for a slot, or renews its lease. */
  async run(watch: Watch): Promise<Outcome> {
    let rest = watch
    for (let slot = 1; slot <= MAX_SLOTS; slot++) {
      if (isNothing(rest)) return this.#yield('covered')
      const step = await this.#compete(slot, rest)
      if (step.kind !== 'rest') return step
      rest = step.rest
    }
    return this.#yield('crowded')
  }

  /** Lets another node take over at once. */
  async release(): Promise<void> {
    const held = this.#held
    this.#held = null
    if (held) await this.#writer.releaseQueueSlot(this.#service, held.slot, held.text)
  }

  async #compete(slot: number, rest: Watch): Promise<Outcome | { readonly kind: 'rest'; readonly rest: Watch }> {
    const text = holderText(rest, this.#node)
    if (this.#held?.slot === slot && this.#held.text !== text) await this.release()
    const current = await this.#writer.acquireQueueSlot(this.#service, slot, text, this.#ttlMs)
    if (current === null) return { kind: 'silent' }
    if (current === text) return this.#hold({ slot, text, watch: rest })
    const holder = parseHolder(current)
    if (holder.fingerprint === watchIdOf(rest)) return this.#yield('covered')
    const reported = await this.#reportedBy(slot, holder)
    return reported ? { kind: 'rest', rest: without(rest, holder, reported) } : this.#stay(slot)
  }

  async #hold(held: Held): Promise<Outcome> {
    if (this.#held && this.#held.slot !== held.slot) await this.release()
    this.#held = held
    return { kind: 'duty', duty: held }
  }

  async #yield(kind: 'covered' | 'crowded'): Promise<Outcome> {
    await this.release()
    return { kind }
  }

  /** Keeps the current slot while it is unknown which queues a lower slot leaves unreported. */
  async #stay(slot: number): Promise<Outcome> {
    const held = this.#held
    if (!held || held.slot <= slot) {
      this.#held = null
      return { kind: 'waiting' }
    }
    const current = await this.#writer.acquireQueueSlot(this.#service, held.slot, held.text, this.#ttlMs)
    if (current === held.text) return { kind: 'duty', duty: held }
    this.#held = null
    return { kind: current === null ? 'silent' : 'waiting' }
  }

  /** @returns null while the holder's first report is due */
  async #reportedBy(slot: number, { node }: Holder): Promise<readonly QueueEntry[] | null> {
    const written = await this.#writer.readQueues(this.#service, slot)
    if (written?.reporter === node) return written.queues
    const who = `${slot} ${node}`
    if (this.#expected?.who !== who) this.#expected = { who, since: monotonic() }
    return monotonic() - this.#expected.since > this.#patience ? (written?.queues ?? []) : null
  }
}
