import { TRUST } from '../protocol/trust.js'
import { listing } from './listing.js'
import { Heartbeat } from './records.js'
import { always, amount, difference, type Infer, listUpTo, object, oneOf, orNull, text } from './schema.js'
import { NODE_STATES } from './words.js'

export const NodeSample = object('A sample from one beat of a node.', {
  at: amount('Time of the beat, Unix ms by the node’s clock.'),
  cpu: orNull(amount('CPU of the process, or of the machine if no process is reported, 0–100.')),
  rss: orNull(amount('Resident set size, or used memory of the machine if no process is reported, bytes.')),
  loop: orNull(amount('Event-loop delay p99, ms.')),
  rate: orNull(amount('Requests per second.')),
})
/** One point of a node's recent past, for sparklines. */
export type NodeSample = Infer<typeof NodeSample>

export const NodeView = object('A node.', {
  key: text('Key of the node, unique in the fleet.'),
  service: text('Name of its service.'),
  id: text('Id of the node.'),
  state: oneOf(
    NODE_STATES,
    'State of the node; `lost`: stopped beating unexpectedly; `left`: shut down cleanly; `replaced`: stopped beating unexpectedly, and a new node took its place.',
  ),
  lastSeen: amount('Time of the last beat, Unix ms.'),
  clockAhead: orNull(
    difference('How far its clock is ahead of the store’s, ms; negative: behind; 0: less than 2 s; null: unknown.'),
  ),
  heartbeat: orNull(Heartbeat),
  samples: listUpTo(60, NodeSample, 'Recent samples, oldest first.'),
  trust: orNull(oneOf(TRUST, 'Trust in its last beat; null if Zenith has no token, or if there is no beat.')),
})
export type NodeView = Infer<typeof NodeView>

export const NodeListing = listing(NodeView)

export const NodeForgotten = object('The node is forgotten.', { ok: always(true, 'Always true.') })
