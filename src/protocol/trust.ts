/**
 * What a signature says of a record: signed: somebody with the token wrote it, for this key; unsigned: it has none;
 * forged: it has one that does not fit, because the record was altered, copied, put back, or signed with another token.
 */
export type Trust = 'signed' | 'unsigned' | 'forged'

/** How many records are not signed as they should be. */
export interface UntrustedCounts {
  readonly unsigned: number
  readonly forged: number
}

/** The same over the whole fleet. */
export interface UntrustedRecords extends UntrustedCounts {
  /** Whether they are left out of everything else. */
  readonly leftOut: boolean
}
