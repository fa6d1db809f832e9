import { Problem } from '../../api/problem.js'
import type { Answer } from '../http/operation.js'

/** Error responses of routes about one queue. */
export const QUEUE_ANSWERS: Readonly<Record<number, Answer>> = {
  404: { description: '`not_found`: the queue or job does not exist.', schema: Problem },
  409: {
    description:
      '`not_connected`: this Zenith has no source for the queue; `not_supported`: its system does not support the action; `read_only`, `frozen`, `no_audit`: changes are not allowed, or not now; `confirmation_needed`, `confirmation_wrong`: in production `confirm` is missing, or has another text; `queue_denied`: its system denies a right; `queue_replica`: its Redis is a read-only replica.',
    schema: Problem,
  },
  503: {
    description:
      '`queue_unavailable`: the queue’s system does not answer; `queue_full`: it is full; `audit_unavailable`: the audit trail cannot be written, and nothing was done; `store_unavailable`: the store does not answer.',
    schema: Problem,
  },
}

export const QUEUE_SEGMENT = { queue: "The queue's `key`: `~` followed by its UTF-8 in base64url, or percent-encoded." }
export const JOB_SEGMENTS = {
  ...QUEUE_SEGMENT,
  job: "The job's id: percent-encoded, or `~` followed by its UTF-8 in base64url if `queue` has this form too.",
}

export const TOO_MANY: Answer = {
  description: '`too_many_searches`: too many searches are running or waiting; `Retry-After` says when to retry.',
  schema: Problem,
}
