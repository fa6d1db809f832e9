/**
 * Marks on objects of an app, keyed globally: the ESM and the CJS copy of the package, loaded together, follow a request once,
 * and a recorder and a Zenith of one process know each other's.
 */

/** The trace of the request that came last on a connection, when a recorder follows it. */
export const TRACE: unique symbol = Symbol.for('@gravito/quasar/trace')

/** On a request that no recorder counts, where the connection does not know its trace. */
export const SKIP: unique symbol = Symbol.for('@gravito/quasar/skip')
