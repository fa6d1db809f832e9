import type { NodeEntry, Page, TrustReport, UntrustedRecord } from '../../ports/index.js'
import { type Heartbeat, heartbeatLife, type QueueSnapshot, snapshotLife, type Trust } from '../../protocol/index.js'
import type { StandingRecord, Verifier } from '../../signing/verifier.js'

/** What one look found that is not signed. Without a token it lets everything pass and counts nothing. */
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
   * What may be shown of a node; null for nothing. Where tokens are required a node that was signed once is lost when its key
   * holds something else, and a name that nothing but the index holds is none: anybody could have put it there.
   *
   * @param text what its key holds
   * @param written the heartbeat with its time as it was written
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

  /** @param trust as {@link trustOfSnapshot} found it */
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

/** The records of a page that count, and how many are not signed. */
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

  /** @returns whether it counts */
  admits(trust: Trust | null): boolean {
    if (trust === null || trust === 'signed') return true
    this.#counts[trust] += 1
    return !this.#isRequired
  }
}
