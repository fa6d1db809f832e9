import { X } from 'lucide-react'
import { useEffect, useId, useMemo, useRef } from 'react'
import type { VersionMark } from '../../../api/history.js'
import type { RouteView } from '../../../api/routes.js'
import type { TimeWindow } from '../../../api/time-window.js'
import { useNow } from '../../api/hooks.js'
import { useRoutes } from '../../api/routes-api.js'
import { changeScope, openDeployment } from '../../routing/route.js'
import { deploymentName } from '../../ui/charts/marks.js'
import { duration, percent, rate, span } from '../../ui/format.js'
import { IconButton } from '../../ui/icon-button.js'
import { Loading } from '../../ui/loading.js'
import { PageLink } from '../../ui/page-link.js'
import { whenInWords, windowInWords } from '../../ui/period.js'
import { QueryNote } from '../../ui/query-note.js'
import { type Column, DataTable } from '../../ui/tables/data-table.js'
import { type AroundDeployment, around, changeInWords, changesOf, type RouteChange, rankOf } from './diff.js'

interface DeployDiffProps {
  mark: VersionMark
  /** All that the charts mark. */
  deployments: readonly VersionMark[]
}

/** What a deployment changed: rate, errors and p95 of each route, before and after. */
export function DeployDiff({ mark, deployments }: DeployDiffProps) {
  const id = useId()
  const now = useNow()
  const spans = useMemo(() => around(mark, deployments, now), [mark, deployments, now])
  const title = useRef<HTMLHeadingElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another deployment is another panel
  useEffect(() => title.current?.focus(), [mark.at])
  return (
    <section aria-labelledby={id} className="panel flex min-w-0 flex-col gap-3 p-4">
      <div className="flex items-start gap-3">
        <div className="min-w-0 flex-1">
          <h3 id={id} ref={title} tabIndex={-1} className="font-semibold break-words outline-none">
            Before and after {deploymentName(mark)}
          </h3>
          <p className="label">
            Deployed {whenInWords(mark.at)}
            {mark.removed.length > 0 && `, in place of ${mark.removed.join(', ')}`}
          </p>
        </div>
        <IconButton label="Close the comparison" onClick={() => openDeployment(0)}>
          <X className="size-4" aria-hidden="true" />
        </IconButton>
      </div>
      {spans ? (
        <Comparison mark={mark} spans={spans} />
      ) : (
        <p role="status" className="text-soft">
          There is too little time to compare: the deployment has just happened, or another one came right before or
          after it.
        </p>
      )}
    </section>
  )
}

function Comparison({ mark: { service }, spans }: { mark: VersionMark; spans: AroundDeployment }) {
  const { from: start, to: end } = spans.before
  const { from, to } = spans.after
  const before = useRoutesIn(service, start, end)
  const after = useRoutesIn(service, from, to)
  const changes = useMemo(() => changesOf(before.data?.items ?? [], after.data?.items ?? []), [before.data, after.data])
  if (before.isPending || after.isPending) return <Loading what="the comparison" />
  return (
    <>
      <p className="label">
        {span(spans.ms)} before, {windowInWords(spans.before)}, and {span(spans.ms)} after, {windowInWords(spans.after)}
        .{' '}
        <button
          type="button"
          className="font-medium text-accent hover:underline"
          onClick={() => changeScope({ from: start, to })}
        >
          Show only this time
        </button>
      </p>
      <QueryNote query={before.error ? before : after} instead="There is nothing to compare." />
      {changes.length > 0 ? (
        <DataTable
          label="Routes before and after"
          columns={COLUMNS}
          items={changes}
          keyOf={({ key }) => key}
          sort={{ key: 'change', down: true }}
          minWidth="46rem"
        />
      ) : (
        <p className="text-soft">{service} had no requests in either time.</p>
      )}
    </>
  )
}

function useRoutesIn(service: string, from: number, to: number) {
  const range = useMemo(() => ({ period: '1h', window: { from, to } satisfies TimeWindow }) as const, [from, to])
  return useRoutes({ service, text: '', range })
}

const COLUMNS: readonly Column<RouteChange>[] = [
  {
    key: 'route',
    title: 'Route',
    isText: true,
    width: '30%',
    value: ({ key }) => key,
    cell: ({ service, key }) => (
      <PageLink to={{ page: 'route', service, series: key }} data-row="" title={key} className="row-link font-mono">
        {key}
      </PageLink>
    ),
  },
  {
    key: 'change',
    title: 'Largest change',
    isText: true,
    width: '16%',
    value: rankOf,
    cell: changeInWords,
  },
  pairColumn('Rate', (one) => one?.rate ?? 0, rate),
  pairColumn('Errors', (one) => one?.errorRate ?? null, percent),
  pairColumn('p95', (one) => one?.p95 ?? null, duration),
]

type Read = (view: RouteView | null) => number | null

function pairColumn(title: string, read: Read, write: (value: number | null) => string): Column<RouteChange> {
  return {
    key: title,
    title,
    width: '18%',
    value: ({ after }) => read(after),
    cell: ({ before, after }) => (
      // What is only for screen readers must not stand outside of the table's box.
      <span className="relative">
        <span className="text-soft">{write(read(before))}</span>
        <span className="sr-only"> before, after: </span>
        <span aria-hidden="true"> → </span>
        {write(read(after))}
      </span>
    ),
  }
}
