import {
  ALERT_CHANGES,
  type AlertEvent,
  AlertEventListing,
  MAX_ALERT_EVENTS,
  MAX_ALERT_PAGE,
  SEVERITIES,
} from '../../api/alerts.js'
import { csvOf } from '../../lib/csv.js'
import { type ChangeQuery, changesOf, placeOf } from '../archive/alert-changes.js'
import { type ArchiveServices, askArchive } from '../archive/or-archived.js'
import { UNAVAILABLE } from '../archive/parameters.js'
import { checkWindow, listRangeParameters, listTimeOf } from '../fleet/routes/time-range.js'
import { isRefusal } from '../http/api-error.js'
import { operationsWith } from '../http/operation.js'
import { choiceParameter, textParameter, wholeParameter } from '../http/query.js'
import { json } from '../http/responses.js'
import { CHANGE_COLUMNS, changeRow } from './change-table.js'
import { type AlertServices, alertsOf, OFF } from './operation.js'

/** What the history of alerts is read from. */
export interface AlertHistoryServices extends AlertServices, ArchiveServices {}

const { operation } = operationsWith<AlertHistoryServices>()

const END = 8.64e15
/** The id of an alert has the key of its subject. */
const MAX_ID_CHARS = 2_000

export const alertHistory = operation({
  path: '/api/alerts/history',
  summary: 'List what alerts did, as JSON or CSV',
  description: `Newest first, of any time that the archive has. Without an archive: of the newest ${MAX_ALERT_EVENTS} changes, and \`since\` says how far back they go.`,
  parameters: {
    rule: textParameter('Only of the rule with this id.'),
    alert: textParameter('Only of the alert with this id.', MAX_ID_CHARS),
    service: textParameter('Only about this service.'),
    severity: choiceParameter(SEVERITIES, 'Only of this severity.'),
    change: choiceParameter(ALERT_CHANGES, 'Only this change.'),
    q: textParameter('Only with this text in the name of the rule or subject, or in what was wrong, ignoring case.'),
    ...listRangeParameters,
    limit: wholeParameter(1, MAX_ALERT_PAGE, 100, 'Maximum number.'),
    after: textParameter('`next` of the previous page.'),
    format: choiceParameter(['json', 'csv'], 'Format of the answer. Default: `json`.'),
  },
  check: checkWindow,
  answers: {
    200: { description: 'The changes, newest first.', schema: AlertEventListing },
    409: OFF,
    503: UNAVAILABLE,
  },
  async handle({ query, services }) {
    const { rule, alert, service, severity, change, q, limit, format } = query
    const time = listTimeOf(query, services.monitor.now)
    const filter = { rule, alert, service, severity, change, q }
    const listing = await historyOf(services, { time, filter, limit, after: placeOf(query.after) })
    return format === 'csv' ? csvAnswer(listing.items) : json(200, listing)
  },
})

/** While the archive does not answer, a time that the store lists whole is answered from there. */
async function historyOf(services: AlertHistoryServices, query: ChangeQuery): Promise<AlertEventListing> {
  const { events } = await alertsOf(services).shown()
  if (!services.archive) return changesOf(null, events, query)
  try {
    return await askArchive(services, (archive) => changesOf(archive, events, query))
  } catch (error) {
    const oldest = events.at(-1)?.at ?? END
    if (!isRefusal(error) || error.code !== 'archive_unavailable' || oldest > query.time.from) throw error
    return changesOf(null, events, query)
  }
}

function csvAnswer(events: readonly AlertEvent[]): Response {
  return new Response(csvOf(CHANGE_COLUMNS, events.map(changeRow)), {
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="alerts.csv"',
    },
  })
}
