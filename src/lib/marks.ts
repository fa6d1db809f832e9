/**
 * Marks on objects of an app, with global symbols. So the ESM and the CJS copy of the package, loaded together, count a request once, and a
 * recorder and a Zenith in one process recognize each other's marks.
 */

/** On a connection: the object that holds the trace of its newest request. On a response without a connection: its trace. */
export const TRACE: unique symbol = Symbol.for('@gravito/quasar/traced')

/** On a request that no recorder counts, where the connection does not know its trace. */
export const SKIP: unique symbol = Symbol.for('@gravito/quasar/skip')
