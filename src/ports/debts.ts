/** Time that a name owes. It falls by 1 ms every ms. */
export interface Debt {
  readonly name: string
  /** Added to the debt; negative values reduce it, 0 only reads it. */
  readonly ms: number
}

/** Debts that all Zeniths of a store share. */
export interface Debts {
  /**
   * Adds to the debt of each name. Debts fall to 0 by the store's clock. At most 20,000 names are stored; the smallest debts go first.
   * Rejects when the store refuses the request or does not answer.
   *
   * @returns what each name owes afterwards, ms
   */
  owe(debts: readonly Debt[]): Promise<readonly number[]>
}
