/**
 * What a signature says of a record: signed: somebody with the token wrote it, for this key; unsigned: it has none;
 * forged: it has one that does not fit, because the record was altered, copied, put back, or signed with another token.
 */
export const TRUST = ['signed', 'unsigned', 'forged'] as const
export type Trust = (typeof TRUST)[number]

/** How many records are not signed as they should be. */
export interface UntrustedCounts {
  readonly unsigned: number
  readonly forged: number
}
