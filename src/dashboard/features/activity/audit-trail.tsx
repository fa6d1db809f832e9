import { useMemo } from 'react'
import type { UntrustedDocument } from '../../../api/audit.js'
import type { AuditEntry } from '../../../protocol/audit.js'
import { useAudit } from '../../api/activity-api.js'
import { textTest } from '../../api/filter.js'
import { Ago } from '../../ui/ago.js'
import { Button } from '../../ui/button.js'
import { EmptyState } from '../../ui/empty-state.js'
import { duration, exactTime } from '../../ui/format.js'
import { Loading } from '../../ui/loading.js'
import { PageLink } from '../../ui/page-link.js'
import { Problem } from '../../ui/problem.js'
import { Section } from '../../ui/section.js'
import { TrustMark } from '../../ui/trust-mark.js'
import { type AuditLine, pairsOf } from './audit.js'
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
          <Line key={line.key} line={line} />
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

function Line({ line: { about, intent, result } }: { line: AuditLine }) {
  const { user, role, action, queue, queueName, target, at } = about
  const took = intent && result ? result.at - intent.at : null
  return (
    <li className="row-idle flex items-start gap-4 border-b border-line px-4 py-2.5 last:border-b-0">
      <div className="min-w-0 flex-1">
        <p className="flex min-w-0 flex-wrap items-baseline gap-x-2">
          <b className="font-semibold">{action}</b>
          {queue && queueName && (
            <PageLink
              to={{ page: 'queue', queue }}
              data-row=""
              className="min-w-0 truncate rounded-sm hover:text-accent"
            >
              {queueName}
            </PageLink>
          )}
          <span className="min-w-0 truncate font-mono text-xs text-soft" title={target}>
            {target}
          </span>
          <LineMark entries={[intent, result]} />
        </p>
        <p className="label mt-0.5 truncate">
          {user ?? 'unnamed user'} · {role}
        </p>
      </div>
      <div className="shrink-0 text-right">
        <p className="max-w-64 truncate text-[0.8125rem] sm:max-w-96" title={result?.detail ?? undefined}>
          <Outcome result={result} />
        </p>
        <p className="label mt-0.5" title={exactTime(at)}>
          <Ago at={at} />
          {took !== null && took >= 1_000 && ` · took ${duration(took)}`}
        </p>
      </div>
    </li>
  )
}

/** Of a line that is none of Zenith's. */
function LineMark({ entries }: { entries: readonly (AuditEntry | null)[] }) {
  const trust = (['forged', 'unsigned'] as const).find((one) => entries.some((entry) => entry?.trust === one))
  return <TrustMark trust={trust ?? null} of="line" />
}

function Outcome({ result }: { result: AuditEntry | null }) {
  if (!result) return <span className="text-warn">no result yet: still running, or its Zenith ended</span>
  const word = result.ok ? 'done' : 'not completed'
  return (
    <>
      <span className={`font-medium ${result.ok ? 'text-ok' : 'text-bad'}`}>{word}</span>
      {result.detail && <span className="text-soft"> · {result.detail}</span>}
    </>
  )
}

function narrowed(lines: readonly AuditLine[], q: string, isMeant: (queue: string) => boolean): readonly AuditLine[] {
  const matches = textTest(q)
  return lines.filter(
    ({ about: { user, role, action, queue, queueName, target }, result }) =>
      (queue === null || isMeant(queue)) && matches([user, role, action, queueName, target, result?.detail]),
  )
}
