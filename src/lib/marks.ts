/**
 * Marks on objects of an app, keyed globally: the ESM and the CJS copy of the package, loaded together, follow a request once,
 * and a recorder and a Zenith of one process know each other's.
 */

/** On a connection: what knows the trace of its last request, and discards it; on a response without a connection: its trace. */
export const TRACE: unique symbol = Symbol.for('@gravito/quasar/traced')

/** On a request that no recorder counts, where the connection does not know its trace. */
export const SKIP: unique symbol = Symbol.for('@gravito/quasar/skip')
