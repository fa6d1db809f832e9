import type { NodeEntry, Page, TrustReport, UntrustedRecord } from '../../ports/index.js'
import { type Heartbeat, heartbeatLife, type QueueSnapshot, snapshotLife, type Trust } from '../../protocol/index.js'
import type { StandingRecord, Verifier } from '../../signing/verifier.js'

/** Admits the records of one read, and notes unsigned ones. Without a token it admits everything and notes nothing. */
export class TrustGate {
  readonly #verifier: Verifier | null
  readonly #untrusted: UntrustedRecord[] = []

  constructor(verifier: Verifier | null) {
    this.#verifier = verifier
  }

  get report(): { trust?: TrustReport } {
    if (!this.#verifier) return {}
    return { trust: { isRequired: this.#verifier.isRequired, untrusted: this.#untrusted } }
  }

  /**
   * The node as it may be shown, or null. If tokens are required, a node that was signed before is lost when its key has another value,
   * and a member of the index without a signed heartbeat is no node: anyone could have added it.
   *
   * @param text of its key
   * @param written the heartbeat with its original time
   */
  node(key: string, text: string | null, entry: NodeEntry, written: Heartbeat | null): NodeEntry | null {
    const verifier = this.#verifier
    if (!verifier) return entry
    const { heartbeat, service } = entry
    const trust = heartbeat && written ? verifier.standing(key, text ?? '', standingOf(written)) : null
    this.#note(service, trust)
    if (!verifier.isRequired || trust === 'signed') return { ...entry, trust }
    return verifier.hasSeen(key) ? { ...entry, heartbeat: null, trust } : null
  }

  /** @param trust see {@link trustOfSnapshot} */
  snapshot(snapshot: QueueSnapshot, trust: Trust | null): QueueSnapshot | null {
    this.#note(snapshot.service, trust)
    return this.#verifier?.isRequired && trust !== 'signed' ? null : snapshot
  }

  #note(service: string, trust: Trust | null): void {
    if (trust === 'unsigned' || trust === 'forged') this.#untrusted.push({ service, trust })
  }
}

function standingOf({ timestamp, clockAhead, interval, runtime }: Heartbeat): StandingRecord {
  const ttlMs = heartbeatLife(interval ?? 0)
  return { timestamp, isCorrected: clockAhead !== null, uptime: runtime.uptime, ttlMs }
}

/** Null when nothing is verified. */
export function trustOfSnapshot(
  verifier: Verifier | null,
  key: string,
  text: string | null,
  snapshot: QueueSnapshot | null,
): Trust | null {
  if (!verifier || !snapshot || text === null) return null
  const { timestamp, interval } = snapshot
  const isCorrected = text.includes('"clockAhead"')
  return verifier.standing(key, text, { timestamp, isCorrected, uptime: null, ttlMs: snapshotLife(interval ?? 0) })
}

/** Admits the records of a page, and counts unsigned ones. */
export class PageGate {
  readonly #isRequired: boolean
  readonly #counts = { unsigned: 0, forged: 0 }
  readonly #isVerifying: boolean

  constructor(verifier: Verifier | null) {
    this.#isVerifying = verifier !== null
    this.#isRequired = verifier?.isRequired ?? false
  }

  get report(): Pick<Page<unknown>, 'untrusted'> {
    return this.#isVerifying ? { untrusted: { ...this.#counts } } : {}
  }

  /** @returns whether to admit the record */
  admits(trust: Trust | null): boolean {
    if (trust === null || trust === 'signed') return true
    this.#counts[trust] += 1
    return !this.#isRequired
  }
}
