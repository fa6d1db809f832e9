/** A place in a file; both count from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** The content of a file, with the place of everything. */
export type Tree = ValueTree | ListTree | MapTree

export interface ValueTree {
  readonly kind: 'value'
  readonly at: Place
  readonly value: string | number | boolean | null
}

export interface ListTree {
  readonly kind: 'list'
  readonly at: Place
  readonly items: readonly Tree[]
}

export interface MapTree {
  readonly kind: 'map'
  readonly at: Place
  readonly entries: readonly Entry[]
}

export interface Entry {
  readonly key: string
  /** Of the key. */
  readonly at: Place
  readonly value: Tree
}

/** A problem of a file. Its message repeats no value: it may be a secret. */
export interface FileProblem {
  readonly at: Place
  /** `clusters[1].redis`; null for the file as a whole. */
  readonly field: string | null
  readonly message: string
}

/** Collects the problems of a file. */
export type Complain = (at: Place, field: string | null, message: string) => void
