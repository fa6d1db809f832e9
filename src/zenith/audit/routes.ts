import { AuditPage, DOCUMENT_KINDS } from '../../api/audit.js'
import { Problem } from '../../api/problem.js'
import { withTimeout } from '../../lib/async.js'
import { csvOf } from '../../lib/csv.js'
import type { ControlStore } from '../../ports/index.js'
import { MAX_AUDIT_ENTRIES, MAX_AUDIT_PAGE } from '../../protocol/index.js'
import { type ArchiveServices, askArchive } from '../archive/or-archived.js'
import { checkWindow, listRangeParameters, listTimeOf } from '../fleet/routes/time-range.js'
import { ApiError } from '../http/api-error.js'
import { operationsWith } from '../http/operation.js'
import { choiceParameter, textParameter, type Values, wholeParameter } from '../http/query.js'
import type { RequestContext } from '../http/request-context.js'
import { json } from '../http/responses.js'
import { TOO_MANY } from '../queues/answers.js'
import { type SearchSlots, searcherOf } from '../queues/jobs/search-slots.js'
import type { QueueServices } from '../queues/operation.js'
import { callStore } from '../store/call-store.js'
import { inspectDocuments, untrustedDocuments } from '../store/documents.js'
import { isNarrowing, type LineFilter, lineTest } from './filter.js'
import { readMark } from './marks.js'
import { type AuditSearch, type FoundPage, searchAudit } from './search.js'
import { LINE_COLUMNS, lineRow } from './table.js'

/** What the audit trail is read from. */
export interface AuditServices extends QueueServices, ArchiveServices {
  readonly monitor: QueueServices['monitor'] & ArchiveServices['monitor']
  readonly safety: QueueServices['safety']
  readonly archiveSearches: SearchSlots
}

const { operation } = operationsWith<AuditServices>()

const CHAIN_WITHIN_MS = 8_000
const DOCUMENTS_WITHIN_MS = 6_000
const MAX_ACTIONS_CHARS = 1_000

const parameters = {
  user: textParameter('Only of the user with this name, ignoring case.'),
  action: textParameter('Only these actions, separated by commas: `retry,bulk retry`.', MAX_ACTIONS_CHARS),
  queue: textParameter('Only about the queue with this key or name.', 2_000),
  via: textParameter('Only by this way in: `password`, `token deploy`, or `token` for all tokens.'),
  address: textParameter('Only from addresses that begin with this text.'),
  ok: choiceParameter(
    ['true', 'false'],
    'Only results: `true`: of changes that were done completely; `false`: of the others.',
  ),
  q: textParameter(
    'Only lines with all of these words, anywhere in user, role, way in, address, action, name of the queue, target or detail, ignoring case.',
  ),
  ...listRangeParameters,
  limit: wholeParameter(1, MAX_AUDIT_PAGE, 100, 'Maximum number of lines.'),
  after: textParameter('`next` of the previous page.', 1_000),
  format: choiceParameter(['json', 'csv'], 'Format of the answer. Default: `json`.'),
}

type Query = Values<typeof parameters>

export const audit = operation({
  path: '/api/audit',
  summary: 'Search the audit trail, newest line first, as JSON or CSV',
  description: `Of any time that the archive has, and what is newer. Without an archive: of about the newest ${MAX_AUDIT_ENTRIES} lines. A search reads a bounded number of lines for a page, and \`searched\` says how many: follow \`next\` even if a page is short. A CSV has at most \`limit\` lines; if there are more, its \`Link\` header leads on.`,
  parameters,
  check: checkWindow,
  answers: {
    200: { description: 'A page of lines.', schema: AuditPage },
    409: { description: '`no_audit`: the store has no audit trail.', schema: Problem },
    429: TOO_MANY,
    503: { description: 'Neither the store nor the archive answers.', schema: Problem },
  },
  async handle(context) {
    const { query, services } = context
    const { store } = services.queues
    if (!store) throw new ApiError('no_audit', 'This store keeps no audit trail.')
    const asked = searchOf(query, services.monitor.now)
    const isFirst = asked.after === null && query.format !== 'csv'
    // Both read the trail, which they share if they do so at once.
    const state = isFirst ? stateOf(store) : Promise.resolve(NO_STATE)
    state.catch(() => {})
    const ask = services.archive && askingOf(services)
    const found = await inTurn(context, asked, () => searchAudit(store, ask, asked))
    return query.format === 'csv'
      ? csvAnswer(context.url, found)
      : json(200, { ...found, ...(found.searched.store ? await state : NOT_READ) })
  },
})

function searchOf(query: Query, now: number): AuditSearch {
  const { user, action, queue, via, address, ok, q, limit } = query
  const actions = action === null ? null : action.split(',').map((one) => one.trim())
  const filter: LineFilter = { user, actions, queue, via, address, ok: ok === null ? null : ok === 'true', q }
  const isTimed = query.period !== null || query.from !== null
  return {
    time: listTimeOf(query, now),
    test: lineTest(filter),
    isNarrowed: isNarrowing(filter) || isTimed,
    name: actions?.length === 1 ? (actions[0] ?? null) : null,
    after: readMark(query.after),
    ...{ limit, now },
  }
}

/** Searches when it is their turn: each may read tens of thousands of lines. A page of the newest ones does not wait. */
function inTurn<T>(
  { services, principal, origin, request }: RequestContext<AuditServices>,
  { isNarrowed }: AuditSearch,
  search: () => Promise<T>,
): Promise<T> {
  if (!isNarrowed) return search()
  return services.archiveSearches.run(searcherOf(principal, origin), request.signal, search)
}

function askingOf(services: AuditServices): Parameters<typeof searchAudit>[1] {
  return (ask) => askArchive(services, ask)
}

type State = Pick<AuditPage, 'chain' | 'documents' | 'leftOut'>

const NO_STATE: State = { chain: null, documents: [], leftOut: 0 }
const NOT_READ: State = { chain: null, documents: [], leftOut: null }

/** The state of the whole trail, for the first page. Rejects with an API error if it can't be checked. */
async function stateOf(store: ControlStore): Promise<State> {
  const [chain = null, kept] = await Promise.all([
    callStore(() => store.verifyAudit && withTimeout(store.verifyAudit(), CHAIN_WITHIN_MS)),
    // An error with other documents must not prevent reading the trail.
    withTimeout(documentsOf(store), DOCUMENTS_WITHIN_MS).catch(() => NOT_READ),
  ])
  return { ...kept, chain }
}

async function documentsOf(store: ControlStore): Promise<Omit<State, 'chain'>> {
  const listings = await Promise.all(
    DOCUMENT_KINDS.map(async (kind) => ({ kind, listing: await inspectDocuments(store, kind) })),
  )
  return {
    documents: listings.flatMap(({ kind, listing }) => untrustedDocuments(kind, listing)),
    leftOut: listings.reduce((sum, { listing }) => sum + listing.leftOut, 0),
  }
}

/** @param url of the request */
function csvAnswer(url: URL, { items, next }: FoundPage): Response {
  const headers = new Headers({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="audit.csv"',
  })
  if (next !== null) {
    const query = new URLSearchParams(url.searchParams)
    query.set('after', next)
    headers.set('link', `<?${query}>; rel="next"`)
  }
  return new Response(csvOf(LINE_COLUMNS, items.map(lineRow)), { headers })
}
