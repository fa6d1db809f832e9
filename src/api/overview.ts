import * as v from 'valibot'
import { NodeView } from './nodes.js'
import { QueueView } from './queues.js'
import { ExceptionRecord, SlowEntry } from './records.js'
import { always, amount, count, type Infer, listOf, listUpTo, object, orNull } from './schema.js'
import { ServiceView } from './services.js'
import { LeftOut, StoreHealth, UntrustedRecords } from './store.js'

/** The state of the fleet: the response of `/api/overview`, and the events of `/api/stream`. */

export const OverviewTotals = object('Total numbers. A shorter list has only a part of the items.', {
  services: count('Number of services.'),
  nodes: count('Number of nodes.'),
  queues: count('Number of queues.'),
})
export type OverviewTotals = Infer<typeof OverviewTotals>

const fields = {
  totals: OverviewTotals,
  leftOut: orNull(LeftOut),
  services: listOf(ServiceView),
  nodes: listOf(NodeView),
  queues: listOf(QueueView),
  unreadable: count('Number of unreadable records.'),
  untrusted: orNull(UntrustedRecords),
  store: StoreHealth,
}

export const Overview = object('The state of the fleet, or a part of it of at most 2 MB.', {
  at: amount('When Zenith read the state, Unix ms by the store’s clock.'),
  ...fields,
  slow: listUpTo(100, SlowEntry, 'Newest first.'),
  exceptions: listUpTo(100, ExceptionRecord, 'Newest first.'),
})
/** The whole state up to 2 MB, otherwise a part of it, in which troubled parts come first. */
export type Overview = Infer<typeof Overview>

export const PulseDifference = object('Data of the event `system_pulse`: the changes.', {
  full: always(false, 'False; an Overview with `full: true` has the whole state.'),
  at: amount('Time of the changes, Unix ms.'),
  ...fields,
  goneNodes: listOf(v.string(), 'Keys of removed nodes.'),
  goneServices: listOf(v.string(), 'Names of removed services.'),
  goneQueues: listOf(v.string(), 'Keys of removed queues.'),
})
/** Nodes and queues are complete except for `samples`, which has only the new ones; services are complete. */
export type PulseDifference = Infer<typeof PulseDifference>
