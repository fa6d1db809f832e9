import { ref } from '../openapi/components.js'
import type { Answer } from '../operation.js'

/** What routes about one queue answer when there is nothing to say, or nothing to do. */
export const QUEUE_ANSWERS: Readonly<Record<number, Answer>> = {
  404: { description: '`not_found`: there is no such queue or job.', schema: ref('Problem') },
  409: {
    description:
      '`not_connected`: this Zenith has no way to it; `not_supported`: its system can’t do this; `read_only`, `no_audit`: nothing may be changed.',
    schema: ref('Problem'),
  },
  503: {
    description:
      '`queue_unavailable`: its system does not answer; `audit_unavailable`: nothing was done; `store_unavailable`.',
    schema: ref('Problem'),
  },
}

export const QUEUE_SEGMENT = { queue: "The queue's `key`, percent-encoded." }
export const JOB_SEGMENTS = { ...QUEUE_SEGMENT, job: "The job's id, percent-encoded." }
