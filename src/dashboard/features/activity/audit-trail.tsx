import { useMemo } from 'react'
import type { UntrustedDocument } from '../../../api/audit.js'
import type { AuditEntry } from '../../../protocol/audit.js'
import { useAudit } from '../../api/activity-api.js'
import { textTest } from '../../api/filter.js'
import { Button } from '../../ui/button.js'
import { EmptyState } from '../../ui/empty-state.js'
import { Loading } from '../../ui/loading.js'
import { Problem } from '../../ui/problem.js'
import { Section } from '../../ui/section.js'
import { type AuditLine, pairsOf } from './audit.js'
import { AuditLineRow } from './audit-line.js'
import { TrailState, UnreadDocuments, UntrustedDocuments } from './trail-state.js'

const NOTHING: readonly AuditEntry[] = []
const NO_DOCUMENTS: readonly UntrustedDocument[] = []

/** Who did what, and what came of it. @param q narrows it to what has these words */
export function AuditTrail({ q, isMeant }: { q: string; isMeant: (queue: string) => boolean }) {
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage } = useAudit()
  const entries = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? NOTHING, [data])
  const lines = useMemo(() => narrowed(pairsOf(entries), q, isMeant), [entries, q, isMeant])
  return (
    <Section title="Audit trail" aside="every change, with its intent and its result">
      <div className="flex flex-col gap-3">
        <Problem error={error} />
        <TrailState chain={data?.pages[0]?.chain ?? null} />
        <UntrustedDocuments documents={data?.pages[0]?.documents ?? NO_DOCUMENTS} />
        <UnreadDocuments count={data?.pages[0]?.leftOut} what="paused schedulers and bulk operations" />
        {isPending && !error ? (
          <Loading what="the audit trail" />
        ) : (
          data && <Lines lines={lines} isEmpty={entries.length === 0} />
        )}
        {hasNextPage && (
          <Button className="self-center" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {isFetchingNextPage ? 'Loading…' : 'Show older'}
          </Button>
        )}
      </div>
    </Section>
  )
}

function Lines({ lines, isEmpty }: { lines: readonly AuditLine[]; isEmpty: boolean }) {
  if (lines.length > 0)
    return (
      <ul className="panel long overflow-hidden">
        {lines.map((line) => (
          <AuditLineRow key={line.key} line={line} />
        ))}
      </ul>
    )
  return (
    <div className="panel px-4 py-12">
      <EmptyState title={isEmpty ? 'No changes yet' : 'Nothing matches the filter'}>
        {isEmpty && 'Before Zenith changes a queue, job or scheduler, it records the change and the user here.'}
      </EmptyState>
    </div>
  )
}

function narrowed(lines: readonly AuditLine[], q: string, isMeant: (queue: string) => boolean): readonly AuditLine[] {
  const matches = textTest(q)
  return lines.filter(
    ({ about: { user, role, via, from, action, queue, queueName, target }, result }) =>
      (queue === null || isMeant(queue)) && matches([user, role, via, from, action, queueName, target, result?.detail]),
  )
}
