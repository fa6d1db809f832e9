/** A part of a list. */
export interface Listing<T> {
  /** Number of all items that match the filters. */
  readonly total: number
  /** At most 2 MB of them. */
  readonly items: readonly T[]
}

/** A part of the newest records of each service, or of their groups. */
export interface RecordListing<T> extends Listing<T> {
  /**
   * Maximum number of records of each service that are read, newest first: 1000, or fewer with more than ten services. Absent in answers of
   * the archive, which reads the newest 10,000 in all.
   */
  readonly perService?: number
  /** Time of the oldest record that the archive read, Unix ms; absent if it read all of the requested time. */
  readonly since?: number
  /** Services whose records could not be read in time: theirs are missing. Absent without any. */
  readonly unread?: readonly string[]
}
