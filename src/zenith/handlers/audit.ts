import type { AuditEntry } from '../../protocol/index.js'
import { storeErrorInWords } from '../monitor/store-error.js'
import { withTimeout } from '../monitor/wait.js'
import { ref } from '../openapi/components.js'
import { listOf, objectOf } from '../openapi/schema.js'
import { operation } from '../operation.js'
import { idParameter, wholeParameter } from '../query.js'
import { Refusal } from '../queues/refusal.js'
import { json } from '../responses.js'
import { UNAVAILABLE } from './from-store.js'

const ANSWER_WITHIN_MS = 8_000

export const audit = operation({
  path: '/api/audit',
  summary: 'What somebody was about to change, and what came of it, newest first',
  parameters: {
    before: idParameter('Only what is older than the line of this id.'),
    limit: wholeParameter(1, 1_000, 100, 'How many lines.'),
  },
  answers: {
    200: {
      description: 'A part of the lines.',
      schema: objectOf<{ items: readonly AuditEntry[] }>('Lines.', { items: listOf(ref('AuditEntry')) }),
    },
    409: { description: '`no_audit`: the store keeps no audit trail.', schema: ref('Problem') },
    503: UNAVAILABLE,
  },
  async handle({ query, services: { queues } }) {
    const { commands } = queues
    if (!commands) throw new Refusal('no_audit', 'This store keeps no audit trail.')
    try {
      return json(200, { items: await withTimeout(commands.audit(query), ANSWER_WITHIN_MS) })
    } catch (error) {
      throw new Refusal('store_unavailable', storeErrorInWords(error))
    }
  },
})
