import { monotonic } from '../../lib/clock.js'
import type { Writer } from '../../ports/index.js'
import type { QueueEntry } from '../../protocol/index.js'
import { type Holder, holderText, isNothing, parseHolder, type Watch, watchIdOf, without } from './watch.js'

/** Nodes of one service that watch different queues; what is beyond is not reported. */
const MAX_RANKS = 50

/** What a node is to report, and where. */
export interface Duty {
  readonly rank: number
  readonly watch: Watch
}

/**
 * duty: this node reports; covered: others report all that it watches; waiting: somebody else is about to; silent: the
 * store does not answer; crowded: there are too many nodes with watch lists of their own.
 */
export type Outcome =
  | { readonly kind: 'duty'; readonly duty: Duty }
  | { readonly kind: 'covered' | 'waiting' | 'silent' | 'crowded' }

interface Held extends Duty {
  readonly text: string
}

/**
 * Decides with the other nodes of the service who reports which queues: a node competes for rank 1 with all that it
 * watches, for rank 2 with what the holder of rank 1 does not report, and so on. It holds one rank at most.
 */
export class Election {
  readonly #service: string
  readonly #node: string
  readonly #writer: Writer
  readonly #life: number
  readonly #patience: number
  #held: Held | null = null
  /** Since when a holder has been expected to report, by its rank and name. */
  #expected: { readonly who: string; readonly since: number } | null = null

  /**
   * @param life of a lease, ms
   * @param patience for how long a new holder is waited for until what it does not say counts as not reported, ms
   */
  constructor(
    identity: { readonly service: string; readonly node: string },
    writer: Writer,
    { life, patience }: { readonly life: number; readonly patience: number },
  ) {
    this.#service = identity.service
    this.#node = identity.node
    this.#writer = writer
    this.#life = Math.ceil(life)
    this.#patience = patience
  }

  /** Competes, or goes on holding. */
  async run(watch: Watch): Promise<Outcome> {
    let rest = watch
    for (let rank = 1; rank <= MAX_RANKS; rank++) {
      if (isNothing(rest)) return this.#yield('covered')
      const step = await this.#compete(rank, rest)
      if (step.kind !== 'rest') return step
      rest = step.rest
    }
    return this.#yield('crowded')
  }

  /** Makes room for another node at once. */
  async release(): Promise<void> {
    const held = this.#held
    this.#held = null
    if (held) await this.#writer.releaseQueueSlot(this.#service, held.rank, held.text)
  }

  async #compete(rank: number, rest: Watch): Promise<Outcome | { readonly kind: 'rest'; readonly rest: Watch }> {
    const text = holderText(rest, this.#node)
    if (this.#held?.rank === rank && this.#held.text !== text) await this.release()
    const current = await this.#writer.acquireQueueSlot(this.#service, rank, text, this.#life)
    if (current === null) return { kind: 'silent' }
    if (current === text) return this.#hold({ rank, text, watch: rest })
    const holder = parseHolder(current)
    if (holder.fingerprint === watchIdOf(rest)) return this.#yield('covered')
    const reported = await this.#reportedBy(rank, holder)
    return reported ? { kind: 'rest', rest: without(rest, holder, reported) } : this.#stay(rank)
  }

  async #hold(held: Held): Promise<Outcome> {
    if (this.#held && this.#held.rank !== held.rank) await this.release()
    this.#held = held
    return { kind: 'duty', duty: held }
  }

  async #yield(kind: 'covered' | 'crowded'): Promise<Outcome> {
    await this.release()
    return { kind }
  }

  /** As long as it is not clear what is left, a node goes on with what it does. */
  async #stay(rank: number): Promise<Outcome> {
    const held = this.#held
    if (!held || held.rank <= rank) {
      this.#held = null
      return { kind: 'waiting' }
    }
    const current = await this.#writer.acquireQueueSlot(this.#service, held.rank, held.text, this.#life)
    if (current === held.text) return { kind: 'duty', duty: held }
    this.#held = null
    return { kind: current === null ? 'silent' : 'waiting' }
  }

  /** @returns null as long as the holder is about to report */
  async #reportedBy(rank: number, { node }: Holder): Promise<readonly QueueEntry[] | null> {
    const written = await this.#writer.readQueues(this.#service, rank)
    if (written?.reporter === node) return written.queues
    const who = `${rank} ${node}`
    if (this.#expected?.who !== who) this.#expected = { who, since: monotonic() }
    return monotonic() - this.#expected.since > this.#patience ? (written?.queues ?? []) : null
  }
}
