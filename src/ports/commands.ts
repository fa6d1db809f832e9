import type { AuditChain, AuditEntry, DocumentDoubt } from '../protocol/index.js'

/** A line of the audit trail before the store has given it an id. */
export type NewAuditEntry = Omit<AuditEntry, 'id' | 'trust'>

/** What a name owes: time, which passes. ms */
export interface Debt {
  readonly name: string
  /** Added to what it owes; below 0 taken off; 0 only asks. */
  readonly ms: number
}

/** Counts that all Zeniths of a store share. */
export interface Debts {
  /**
   * Adds to what each name owes, which falls by 1 ms every ms of the store's clock, down to nothing. Keeps at most 20,000 names, of which
   * those that owe least go first. Rejects when the store does not take it or does not answer.
   *
   * @returns what each owes then, ms
   */
  owe(debts: readonly Debt[]): Promise<readonly number[]>
}

/** The documents of a kind, as far as they were read. */
export interface KeptLook {
  /** By id, those alone that are signed as they should be, where the store signs. */
  readonly documents: ReadonlyMap<string, string>
  /** The others, and why. */
  readonly untrusted: ReadonlyMap<string, DocumentDoubt>
  /** How many there are that were not read, because they are too many or too large. */
  readonly leftOut: number
}

/** What Zenith keeps in the store. Every method rejects when the store does not take it or does not answer. */
export interface Commands {
  /** Adds a line to the audit trail, which keeps about the newest 10,000. @returns its id */
  appendAudit(entry: NewAuditEntry): Promise<string>
  /** The newest first; `before` is the id of the last line that was given. */
  audit(query: { readonly before: string | null; readonly limit: number }): Promise<readonly AuditEntry[]>
  /** Whether the trail is all there, as it was written. Left out by a store that does not chain its lines. */
  auditChain?(): Promise<AuditChain>
  /** Keeps a small document, in place of one of the same kind and id. */
  keep(kind: string, id: string, document: string): Promise<void>
  /**
   * All documents of a kind, by id; where the store signs, those alone that are signed as they should be. Of many or large ones the
   * store may leave out some.
   *
   * @param ids of those that are asked for; a store may give others, too. Rejects when one of them is there and can't be read.
   */
  kept(kind: string, ids?: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** The same with what is left out; never rejects for it. Left out by a store that neither signs nor bounds what it reads. */
  lookAtKept?(kind: string, ids?: readonly string[]): Promise<KeptLook>
  /** Moves what earlier versions kept elsewhere, once. Rejects when that can't be done now; harmless twice. */
  prepare?(): Promise<void>
  /** @returns whether there was one */
  forget(kind: string, id: string): Promise<boolean>
  /**
   * Competes for a lease, or goes on holding it: of several at the same moment one gets it. It runs out by the store's clock,
   * whatever the clocks of its holders show.
   *
   * @param holder what stands for who asks
   * @param life for how long it is held without asking again, ms
   * @returns who holds it now
   */
  hold(lease: string, holder: string, life: number): Promise<string>
  /** Null when nobody does. */
  holderOf(lease: string): Promise<string | null>
  /** Ends a lease before its time, if this is its holder. */
  release(lease: string, holder: string): Promise<void>
  /** What the store's clock shows; null where the store does not tell. Unix ms. */
  time(): Promise<number | null>
}
