import { useMemo, useRef } from 'react'
import type { UntrustedDocument } from '../../../api/audit.js'
import type { AuditEntry } from '../../../protocol/audit.js'
import { type LinesAsked, useAudit } from '../../api/activity-api.js'
import { NO_FILTER } from '../../api/filter.js'
import { changePage, changeScope, usePage, useTimeRange } from '../../routing/route.js'
import { Button } from '../../ui/button.js'
import { EmptyState } from '../../ui/empty-state.js'
import { Loading } from '../../ui/loading.js'
import { Problem } from '../../ui/problem.js'
import { Section } from '../../ui/section.js'
import { pairsOf } from './audit.js'
import { AuditBounds } from './audit-bounds.js'
import { AuditFilter } from './audit-filter.js'
import { AuditLineRow } from './audit-line.js'
import { TrailState, UnreadDocuments, UntrustedDocuments } from './trail-state.js'

const NOTHING: readonly AuditEntry[] = []
const NO_DOCUMENTS: readonly UntrustedDocument[] = []
const NO_LINE_FILTER = { user: '', action: '', ofQueue: '', via: '', address: '', ok: '', kept: 'all' } as const

/** Who did what, and what came of it. @param isMeant whether a queue belongs to the chosen service */
export function AuditTrail({ isMeant }: { isMeant: (queue: string) => boolean }) {
  const asked = useAsked()
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage } = useAudit(asked)
  const entries = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? NOTHING, [data])
  const lines = useMemo(
    () => pairsOf(entries).filter(({ about: { queue } }) => queue === null || isMeant(queue)),
    [entries, isMeant],
  )
  const choices = useChoices(entries)
  const [first] = data?.pages ?? []
  const { range, ...texts } = asked
  const isNarrowed = range !== null || entries.length > 0 || Object.values(texts).some(Boolean)
  return (
    <Section title="Audit trail" aside="every change, with its intent and its result">
      <div className="flex flex-col gap-3">
        <Problem error={error} before={data ? 'The page shows the last answer.' : ''} />
        <TrailState chain={first?.chain ?? null} />
        <UntrustedDocuments documents={first?.documents ?? NO_DOCUMENTS} />
        <UnreadDocuments count={first?.leftOut} what="paused schedulers and bulk operations" />
        <AuditFilter asked={asked} choices={choices} amount={data && lines.length} />
        {isPending && !error && <Loading what="the audit trail" />}
        {lines.length > 0 && (
          <ul className="panel long overflow-hidden" aria-label="Lines of the audit trail">
            {lines.map((line) => (
              <AuditLineRow key={line.key} line={line} />
            ))}
          </ul>
        )}
        {data && lines.length === 0 && !hasNextPage && <NoLines isNarrowed={isNarrowed} />}
        {hasNextPage && (
          <Button className="self-center" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {isFetchingNextPage ? 'Loading…' : lines.length === 0 ? 'Search older lines' : 'Show older'}
          </Button>
        )}
        {data && <AuditBounds pages={data.pages} />}
      </div>
    </Section>
  )
}

/** What the URL asks for. */
function useAsked(): LinesAsked {
  const { user, action, ofQueue: queue, via, address, ok, kept, q } = usePage('activity')
  const chosen = useTimeRange()
  const range = kept === 'all' && !chosen.window ? null : chosen
  return { user, action, queue, via, address, ok, q: q.trim(), range }
}

interface Seen {
  readonly users: Set<string>
  readonly queues: Set<string>
  readonly actions: Set<string>
  readonly ways: Set<string>
}

/** What was in a line since the page was opened: a filter must not take its own choices away. */
function useChoices(entries: readonly AuditEntry[]) {
  const { current: seen } = useRef<Seen>({ users: new Set(), queues: new Set(), actions: new Set(), ways: new Set() })
  return useMemo(() => {
    for (const { user, action, queueName, via } of entries) {
      if (user !== null) seen.users.add(user)
      if (queueName !== null) seen.queues.add(queueName)
      if (via !== undefined) seen.ways.add(via)
      seen.actions.add(action)
    }
    const sorted = (values: ReadonlySet<string>) => [...values].sort((a, b) => a.localeCompare(b))
    const { users, queues, actions, ways } = seen
    return { users: sorted(users), queues: sorted(queues), actions: sorted(actions), ways: sorted(ways) }
  }, [entries, seen])
}

function NoLines({ isNarrowed }: { isNarrowed: boolean }) {
  return (
    <div className="panel px-4 py-12">
      <EmptyState title={isNarrowed ? 'Nothing matches the filter' : 'No changes yet'}>
        {isNarrowed ? (
          <button
            type="button"
            className="mt-2 rounded-lg border border-line px-3 py-1.5 font-medium text-accent hover:border-line-strong"
            onClick={showEverything}
          >
            Show everything
          </button>
        ) : (
          'Before Zenith changes a queue, job or scheduler, it records the change and the user here.'
        )}
      </EmptyState>
    </div>
  )
}

function showEverything(): void {
  changeScope({ ...NO_FILTER, from: 0, to: 0 })
  changePage('activity', NO_LINE_FILTER)
}
