import { Problem } from '../../api/problem.js'
import { always, object } from '../../api/schema.js'
import { ApiError } from '../http/api-error.js'
import { operationsWith } from '../http/operation.js'
import type { Services } from '../http/request-context.js'
import type { Queues } from '../queues/queues.js'
import type { Alerts } from './alerts.js'

/** What routes of alerts work with. */
export interface AlertServices extends Services {
  /** Null: they are switched off. */
  readonly alerts: Alerts | null
  readonly queues: Queues
}

export const { operation, change } = operationsWith<AlertServices>()

/** Rejects with an API error if they are switched off. */
export function alertsOf({ alerts }: AlertServices): Alerts {
  if (!alerts) throw new ApiError('not_supported', 'Alerts are switched off in this Zenith: see its option `alerts`.')
  return alerts
}

export const DONE = object('It is done.', { ok: always(true, 'Always true.') })
export const OFF = { description: '`not_supported`: alerts are switched off.', schema: Problem }
export const CHANGED = {
  409: {
    description:
      '`not_possible`: it comes from code, or a limit is reached; `not_supported`: the store or a missing QUASAR_SECRET; `no_audit`: changes are not allowed.',
    schema: Problem,
  },
  503: {
    description:
      '`store_unavailable`: the store does not answer, or refuses; `audit_unavailable`: the audit trail cannot be written, and nothing was done.',
    schema: Problem,
  },
}
