import { lazy, type ReactNode, Suspense, useId } from 'react'
import type { VersionMark } from '../../../api/history.js'
import { NO_FILTER } from '../../api/filter.js'
import { windowAt } from '../../api/history-api.js'
import { useNow } from '../../api/hooks.js'
import { openDeployment, useRoute, useTimeRange } from '../../routing/route.js'
import { alertInWords, type ChartMarks, deploymentName, gapInWords } from '../../ui/charts/marks.js'
import { plural } from '../../ui/format.js'
import { PageLink } from '../../ui/page-link.js'
import { whenInWords } from '../../ui/period.js'

const DeployDiff = lazy(async () => ({ default: (await import('./deploy-diff.js')).DeployDiff }))

/** Deployments or alerts that are listed at most. */
const MOST = 12

/** What charts mark, in words: deployments, each of which shows its before and after, and what was lost. Nothing without any. */
export function PastNotes({ marks }: { marks: ChartMarks | undefined }) {
  const route = useRoute()
  const range = useTimeRange()
  const now = useNow()
  if (!marks) return null
  const { deployments, gaps } = marks
  const { from, to } = windowAt(range, now)
  const alerts = marks.alerts.filter((alert) => alert.from < to && (alert.to ?? to) > from)
  if (deployments.length + gaps.length + alerts.length === 0) return null
  const open = 'deploy' in route ? deployments.find(({ at }) => at === route.deploy) : undefined
  return (
    <div className="mt-3 flex min-w-0 flex-col gap-3">
      {deployments.length > 0 && <Deployments deployments={deployments} open={open} />}
      {alerts.length > 0 && <Alerts alerts={alerts} />}
      {gaps.map((gap) => (
        <p key={`${gap.from} ${gap.service}`} className="label flex items-center gap-2">
          <span className="hatched h-3 w-5 shrink-0 rounded-sm border border-line" aria-hidden="true" />
          <span className="min-w-0 break-words">{gapInWords(gap)}.</span>
        </p>
      ))}
      {open && (
        <Suspense>
          <DeployDiff mark={open} deployments={deployments} />
        </Suspense>
      )}
    </div>
  )
}

interface NotesProps<T> {
  /** Oldest first; the newest are shown. */
  items: readonly T[]
  title: string
  keyOf: (item: T) => string
  children: (item: T) => ReactNode
}

function Notes<T>({ items, title, keyOf, children }: NotesProps<T>) {
  const id = useId()
  const shown = items.toReversed().slice(0, MOST)
  const rest = items.length - shown.length
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-2 text-xs">
      <span className="label" id={id}>
        {title}
      </span>
      <ul aria-labelledby={id} className="contents">
        {shown.map((item) => (
          <li key={keyOf(item)} className="min-w-0">
            {children(item)}
          </li>
        ))}
      </ul>
      {rest > 0 && <span className="label">and {plural(rest, 'older one')}: zoom in to see them</span>}
    </div>
  )
}

const NOTE =
  'inline-flex min-h-7 max-w-full items-center gap-2 rounded-full border border-line bg-panel px-3 py-1 hover:border-line-strong'

function Alerts({ alerts }: Pick<ChartMarks, 'alerts'>) {
  return (
    <Notes items={alerts} title="Alerts" keyOf={({ id, from }) => `${id} ${from}`}>
      {(alert) => (
        <PageLink to={{ ...NO_FILTER, page: 'alerts', alert: alert.id }} className={NOTE}>
          <span
            className={`h-1 w-3 shrink-0 rounded-full ${alert.isCritical ? 'bg-bad' : 'bg-warn'}`}
            aria-hidden="true"
          />
          <span className="min-w-0 truncate">{alertInWords(alert)}</span>
        </PageLink>
      )}
    </Notes>
  )
}

function Deployments({ deployments, open }: { deployments: readonly VersionMark[]; open: VersionMark | undefined }) {
  return (
    <Notes items={deployments} title="Deployments" keyOf={({ at, service }) => `${at} ${service}`}>
      {(mark) => (
        <button
          type="button"
          aria-pressed={mark === open}
          title="Compare before and after"
          className={`${NOTE} aria-pressed:border-accent`}
          onClick={() => openDeployment(mark === open ? 0 : mark.at)}
        >
          <span className="min-w-0 truncate font-medium">{deploymentName(mark)}</span>
          <span className="whitespace-nowrap text-soft">{whenInWords(mark.at)}</span>
        </button>
      )}
    </Notes>
  )
}
