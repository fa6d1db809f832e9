import { ArchiveForgotten } from '../../api/archived-jobs.js'
import { ArchiveForget } from '../../api/changes.js'
import { Problem } from '../../api/problem.js'
import { hiddenSearch } from '../../search/hidden.js'
import { parseSearch } from '../../search/language.js'
import { filterOfSearch } from '../../search/search.js'
import { operationsWith } from '../http/operation.js'
import { json, problem } from '../http/responses.js'
import type { Queues } from '../queues/queues.js'
import type { Safety } from '../safety/safety.js'
import { type ArchiveServices, askArchive } from './or-archived.js'

/** What deletions work with. */
export interface ForgetServices extends ArchiveServices {
  readonly queues: Queues
  readonly safety: Pick<Safety, 'refuseChange' | 'confirm'>
}

const { change } = operationsWith<ForgetServices>()

const MAX_COUNTED = 100_000

export const archiveForget = change({
  path: '/api/archive/forget',
  summary: 'Delete finished jobs that match a search from the archive, or count them',
  description:
    'Deletes the attempts with their payloads and what they are found by. The audit trail gets the search without its words. Large deletions take minutes. Requires the role admin.',
  parameters: {},
  permission: () => 'archive.forget',
  isChange: ({ dryRun }) => !dryRun,
  body: ArchiveForget,
  answers: {
    200: { description: 'How many.', schema: ArchiveForgotten },
    409: {
      description:
        '`no_archive`: this Zenith has none; `read_only`, `frozen`, `no_audit`: changes are not allowed, or not now; `confirmation_needed`, `confirmation_wrong`: in production `confirm` is missing, or has another text.',
      schema: Problem,
    },
    503: {
      description:
        '`archive_unavailable`: the archive does not answer; `audit_unavailable`: the audit trail cannot be written, and nothing was done.',
      schema: Problem,
    },
  },
  async handle({ body: { q, dryRun, confirm }, principal, services }) {
    const { search, problems } = parseSearch(q, services.monitor.now)
    if (!search) return problem(400, 'bad_search', problems.map(({ message }) => message).join(' '))
    if (search.conditions.length === 0)
      return problem(400, 'bad_search', 'To forget jobs takes a search with a word or a field.')
    if (!dryRun) await services.safety.confirm('archive.forget', { given: confirm, wanted: () => q })
    const found = await askArchive(services, (archive) => archive.facets(filterOfSearch(search), MAX_COUNTED))
    // A count that stopped early says nothing of the rest.
    if (dryRun || (found.total === 0 && !found.isPartial))
      return json(200, { attempts: found.total, isPartial: found.isPartial })
    const attempts = await services.queues.act({
      by: principal,
      action: 'archive forget',
      queue: null,
      target: hiddenSearch(search),
      within: null,
      perform: () => askArchive(services, (archive) => archive.forget(filterOfSearch(search))),
      tell: (count) => ({ ok: true, detail: `${count} finished ${count === 1 ? 'attempt' : 'attempts'} deleted` }),
    })
    return json(200, { attempts, isPartial: false })
  },
})
