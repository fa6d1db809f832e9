import type { LeftOut as LeftOutFields } from '../protocol/left-out.js'
import type { UntrustedCounts as UntrustedCountsFields } from '../protocol/trust.js'
import { amount, count, exactly, flag, type Infer, object, optional, orNull, text } from './schema.js'

/** Reports on the store itself: whether it answers, what is not read, what is not signed. */

export const StoreHealth = object('Health of the store.', {
  ok: flag('Whether the store answers.'),
  kind: text('Kind of the store: `redis` or `memory`.'),
  latencyMs: orNull(amount('Latency of the last command, ms.')),
  error: orNull(text('The error, without secrets; with `ok`, why a part could not be read.')),
})
export type StoreHealth = Infer<typeof StoreHealth>

export const LeftOut = exactly<LeftOutFields>()(
  object('What Zenith does not read because of a limit; a field is missing if nothing is left out.', {
    nodes: optional(count('Nodes beyond 10,000 in the index, or beyond 64 MB of heartbeats.')),
    services: optional(
      count('Services beyond the first 1,000: their nodes are listed, but their records are not read.'),
    ),
    queues: optional(count('Queues beyond 5,000 per snapshot, 10,000 reported, or 20,000 remembered.')),
    snapshots: optional(count('Queue snapshots beyond 1,000 in the index, or beyond 64 MB of text.')),
    values: optional(count('Values larger than a record may be, which are not loaded.')),
    documents: optional(
      count('Zenith’s own documents beyond 2,000 of a kind, larger than 4 MB, or beyond 64 MB in total.'),
    ),
    sketches: optional(count('Durations missing in percentiles: beyond 64 MB of sketches.')),
    rollups: optional(count('Node intervals missing in all figures: beyond 1,000,000 in the last 15 minutes.')),
  }),
)
export type LeftOut = LeftOutFields

const counts = {
  unsigned: count('Records without a signature.'),
  forged: count('Records with a wrong signature.'),
}

export const UntrustedCounts = exactly<UntrustedCountsFields>()(
  object('Recent records that are not signed with Zenith’s token.', counts),
)
export type UntrustedCounts = UntrustedCountsFields

export const UntrustedRecords = object('Untrusted records of all services.', {
  ...counts,
  leftOut: flag('Whether untrusted records are left out of all figures and lists.'),
})
export type UntrustedRecords = Infer<typeof UntrustedRecords>
