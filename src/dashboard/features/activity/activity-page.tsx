import { useMemo, useState } from 'react'
import type { BulkOperation } from '../../../api/bulk.js'
import type { Overview } from '../../../api/overview.js'
import type { QueueView } from '../../../api/queues.js'
import type { TimeRange } from '../../../api/time-window.js'
import { PERIOD_MS } from '../../../api/words.js'
import { BUSY_PHASES, useBulkList } from '../../api/activity-api.js'
import { textTest } from '../../api/filter.js'
import { changePage, changeScope, usePage, useTimeRange } from '../../routing/route.js'
import { EmptyState } from '../../ui/empty-state.js'
import { plural } from '../../ui/format.js'
import { Loading } from '../../ui/loading.js'
import { MoreButton } from '../../ui/more-button.js'
import { PageBar } from '../../ui/page-bar.js'
import { Problem } from '../../ui/problem.js'
import { Section } from '../../ui/section.js'
import { FreezeButton } from '../freeze/freeze-button.js'
import { keysMeant } from '../queues/queues.js'
import { AuditTrail } from './audit-trail.js'
import { BulkRow } from './bulk-row.js'
import { UnreadDocuments } from './trail-state.js'

const FIRST = 8

/** What was and is being done with queues: operations on many jobs, and who did what. */
export function ActivityPage({ overview }: { overview: Overview }) {
  const { q, service, env, version, kept } = usePage('activity')
  const isMeant = useMemo(() => keysMeant(overview, { service, env, version }), [overview, service, env, version])
  return (
    <>
      <PageBar
        title="Activity"
        hasPeriod
        all={{ isChosen: kept === 'all', onChoose: showAll }}
        more={<FreezeButton />}
      />
      <Operations queues={overview.queues} q={q} isMeant={isMeant} />
      <AuditTrail isMeant={isMeant} />
    </>
  )
}

/** Lines of all times. */
function showAll(): void {
  changeScope({ from: 0, to: 0 })
  changePage('activity', { kept: 'all' })
}

interface OperationsProps {
  queues: readonly QueueView[]
  q: string
  isMeant: (queue: string) => boolean
}

function Operations({ queues, q, isMeant }: OperationsProps) {
  const { data, error, isPending } = useBulkList()
  const { bulk, kept } = usePage('activity')
  const chosen = useTimeRange()
  const range = kept === 'all' && !chosen.window ? null : chosen
  const [most, setMost] = useState(FIRST)
  const shown = useMemo(() => {
    const matches = textTest(q)
    return (data?.items ?? []).filter(
      (one) =>
        one.selection.queues.some(isMeant) &&
        (range === null || isIn(range, one.asOf)) &&
        matches([
          one.action,
          one.phase,
          one.user,
          one.id,
          one.selection.name,
          one.selection.text,
          namesOf(one, queues),
        ]),
    )
  }, [data, q, isMeant, queues, range])
  const running = data?.items.filter(({ phase }) => BUSY_PHASES.has(phase)).length ?? 0
  // One that is meant by the URL is shown, however old.
  const end = Math.max(most, shown.findIndex(({ id }) => id === bulk) + 1)
  return (
    <Section title="Bulk operations" aside={running > 0 ? `${running} running` : ''}>
      <div className="flex flex-col gap-3">
        <Problem error={error} />
        {isPending && !error && <Loading what="the operations" />}
        {shown.length > 0 && (
          <ul className="panel overflow-hidden">
            {shown.slice(0, end).map((one) => (
              <BulkRow
                key={one.id}
                operation={one}
                of={namesOf(one, queues)}
                queues={one.selection.queues.map((key) => ({ key, name: nameOf(key, queues) }))}
                isOpen={bulk === one.id}
              />
            ))}
          </ul>
        )}
        <UnreadDocuments count={data?.leftOut} what="bulk operations" />
        {data && shown.length === 0 && <NoOperations isEmpty={data.items.length === 0} />}
        <MoreButton
          rest={shown.length - end}
          step={FIRST * 4}
          what="operation"
          many="operations"
          onMore={() => setMost(end + FIRST * 4)}
        />
      </div>
    </Section>
  )
}

/** @param at Unix ms */
function isIn({ period, window }: TimeRange, at: number): boolean {
  return window ? at >= window.from && at < window.to : at >= Date.now() - PERIOD_MS[period]
}

function namesOf({ selection: { queues: keys } }: BulkOperation, queues: readonly QueueView[]): string {
  const [first = ''] = keys
  return keys.length === 1 ? nameOf(first, queues) : plural(keys.length, 'queue')
}

function nameOf(key: string, queues: readonly QueueView[]): string {
  return queues.find((queue) => queue.key === key)?.name ?? key
}

function NoOperations({ isEmpty }: { isEmpty: boolean }) {
  return (
    <div className="panel px-4 py-10">
      <EmptyState title={isEmpty ? 'No bulk operation yet' : 'Nothing matches the filter'}>
        {isEmpty &&
          'Select jobs in a queue, select all that match, or retry a group of failures: bulk operations appear here.'}
      </EmptyState>
    </div>
  )
}
