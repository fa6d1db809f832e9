/** Takes the leaves of a payload one by one. */
export interface LeafSink {
  /** Whether it has as many leaves as it takes: the rest is counted. */
  readonly isFull: boolean
  /** The path of a value below another one. Only its last two names count. */
  path(parent: string, key: string): string
  /** A string, unescaped. */
  text(value: string, path: string): void
  /** A number as it is written, or a boolean. */
  plain(word: string, path: string): void
  /** A leaf that is counted only. */
  leaveOut(): void
}
