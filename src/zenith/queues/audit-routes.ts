import { AuditPage, DOCUMENT_KINDS } from '../../api/audit.js'
import { Problem } from '../../api/problem.js'
import { withTimeout } from '../../lib/async.js'
import type { ControlStore } from '../../ports/index.js'
import { ApiError } from '../http/api-error.js'
import { idParameter, wholeParameter } from '../http/query.js'
import { json } from '../http/responses.js'
import { inspectDocuments, untrustedDocuments } from '../store/documents.js'
import { UNAVAILABLE } from '../store/from-store.js'
import { storeErrorInWords } from '../store/store-error.js'
import { operation } from './operation.js'

const ANSWER_WITHIN_MS = 8_000
const DOCUMENTS_WITHIN_MS = 6_000

/** The state of the whole trail is returned with its newest lines. */
async function read(store: ControlStore, query: Parameters<ControlStore['listAudit']>[0]): Promise<AuditPage> {
  if (query.before !== null) return { items: await store.listAudit(query), chain: null, documents: [], leftOut: 0 }
  const [items, chain = null, kept] = await Promise.all([
    store.listAudit(query),
    store.verifyAudit?.(),
    withTimeout(documentsOf(store), DOCUMENTS_WITHIN_MS).catch(() => NOT_READ),
  ])
  return { items, chain, ...kept }
}

/** An error with other documents must not prevent reading the trail. */
const NOT_READ = { documents: [], leftOut: null }

async function documentsOf(store: ControlStore): Promise<Pick<AuditPage, 'documents' | 'leftOut'>> {
  const listings = await Promise.all(
    DOCUMENT_KINDS.map(async (kind) => ({ kind, listing: await inspectDocuments(store, kind) })),
  )
  return {
    documents: listings.flatMap(({ kind, listing }) => untrustedDocuments(kind, listing)),
    leftOut: listings.reduce((sum, { listing }) => sum + listing.leftOut, 0),
  }
}

export const audit = operation({
  path: '/api/audit',
  summary: 'List the audit trail, newest line first',
  parameters: {
    before: idParameter('Only lines older than the line with this id.'),
    limit: wholeParameter(1, 1_000, 100, 'Maximum number of lines.'),
  },
  answers: {
    200: {
      description: 'A page of lines.',
      schema: AuditPage,
    },
    409: { description: '`no_audit`: the store has no audit trail.', schema: Problem },
    503: UNAVAILABLE,
  },
  async handle({ query, services: { queues } }) {
    const { store } = queues
    if (!store) throw new ApiError('no_audit', 'This store keeps no audit trail.')
    try {
      return json(200, await withTimeout(read(store, query), ANSWER_WITHIN_MS))
    } catch (error) {
      throw new ApiError('store_unavailable', storeErrorInWords(error))
    }
  },
})
