/**
 * Result of verifying a record. signed: a holder of the token wrote it, for this key; unsigned: it has no signature; forged: its signature
 * is invalid, because the record was altered, copied, put back, or signed with another token.
 */
export const TRUST = ['signed', 'unsigned', 'forged'] as const
export type Trust = (typeof TRUST)[number]

/** Numbers of records without a valid signature. */
export interface UntrustedCounts {
  readonly unsigned: number
  readonly forged: number
}
