import type { Overview, PulseDifference } from './views.js'

/** The types of the API for consumers. */

export type * from './actions.js'
export type { Listing, RecordListing } from './part.js'
export type { Permission, Role } from './permissions.js'
export type * from './views.js'
export type * from './words.js'

/** The data of the event `system_pulse`: the whole state for a new client, otherwise the changes. */
export type PulseEvent = ({ readonly full: true } & Overview) | PulseDifference
