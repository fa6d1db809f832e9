import type { ArchiveOf, SealedFound } from '../../ports/index.js'

/** What the archive's thread does when it is asked: everything of an archive that returns a promise. */
export type Method = {
  [Name in keyof ArchiveOf<unknown>]: ArchiveOf<unknown>[Name] extends (...args: never[]) => Promise<unknown>
    ? Name
    : never
}[keyof ArchiveOf<unknown>]

/** The tokens that workers sealed payloads with, for all requests that follow. */
export interface Tokens {
  readonly tokens: readonly string[]
}

/** What was found when sealed payloads were opened: to the side that asks, without being asked. */
export interface Sealed {
  readonly sealed: SealedFound
}
