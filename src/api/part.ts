/** A part of a list. */
export interface Listing<T> {
  /** How many there are, with the filters applied. */
  readonly total: number
  /** At most 2 MB of them. */
  readonly items: readonly T[]
}

/** A part of what the newest records of each service are, or are grouped into. */
export interface RecordListing<T> extends Listing<T> {
  /** At most so many of the newest records of each service are read: 1000, or fewer when there are more than ten services. */
  readonly perService: number
  /** Services whose records could not be read in time: theirs are missing. Left out when there are none. */
  readonly unread?: readonly string[]
}
