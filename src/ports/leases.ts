/**
 * Leases: each has one holder at a time and expires by the store's clock, whatever the clocks of its holders show. Methods reject when
 * the store refuses the request or does not answer.
 */
export interface Leases {
  /**
   * Acquires a lease, or renews it for its holder.
   *
   * @param holder identifies the caller
   * @param ttlMs until it expires, unless it is renewed
   * @returns the current holder
   */
  acquireLease(lease: string, holder: string, ttlMs: number): Promise<string>
  /** @returns null when the lease is free */
  leaseHolder(lease: string): Promise<string | null>
  /** Ends a lease early; does nothing unless the caller holds it. */
  releaseLease(lease: string, holder: string): Promise<void>
}
