import { TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import type { ClusterSummary } from '../../../api/clusters.js'
import { Ago } from '../../ui/ago.js'
import { count, exactTime, rate, UNKNOWN } from '../../ui/format.js'
import { PageLink } from '../../ui/page-link.js'
import { ClusterDot, EnvironmentTag, StateWord } from './marks.js'
import { alertsText, environmentWord, startOf } from './words.js'

interface ClusterCardProps {
  cluster: ClusterSummary
  /** Name of the cluster that is the same Redis; undefined: none. */
  twin: string | undefined
}

/** One cluster at a glance. */
export function ClusterCard({ cluster, twin }: ClusterCardProps) {
  const { id, name, colour, state } = cluster
  return (
    <article
      aria-label={name}
      data-cluster={id}
      data-state={state}
      data-colour={colour}
      className={`panel flex min-w-0 flex-col gap-3 border-t-3 border-t-(--cluster) p-4 ${state === 'away' ? 'border-dashed' : ''}`}
    >
      <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
        <h3 className="flex min-w-0 items-center gap-2 font-semibold">
          <ClusterDot colour={colour} />
          <PageLink data-row="" to={startOf(id)} className="row-link">
            {name}
          </PageLink>
          <EnvironmentTag environment={environmentWord(cluster)} />
        </h3>
        <StateWord state={state} />
      </div>
      <Notes cluster={cluster} twin={twin} />
      <Figures cluster={cluster} />
    </article>
  )
}

function Notes({ cluster: { state, at, store, name }, twin }: ClusterCardProps) {
  return (
    <>
      {state === 'away' && (
        <p className="rounded-lg bg-bad-wash px-3 py-2 text-xs break-words">
          {at === null ? 'Zenith has never read it' : <LastRead at={at} />}
          {store?.error ? `: ${store.error}.` : '.'}
          {at !== null && ' These are the last known figures.'}
        </p>
      )}
      {twin !== undefined && (
        <p className="flex items-start gap-2 rounded-lg bg-warn-wash px-3 py-2 text-xs">
          <TriangleAlert className="mt-0.5 size-3.5 shrink-0 text-warn" aria-hidden="true" />
          <span className="min-w-0 break-words">
            {name} and {twin} are the same Redis with the same prefix: nothing may be changed in either until one is
            removed.
          </span>
        </p>
      )}
    </>
  )
}

/** @param at Unix ms */
function LastRead({ at }: { at: number }) {
  return (
    <>
      No answer since <time dateTime={new Date(at).toISOString()}>{exactTime(at)}</time> (
      <Ago at={at} />)
    </>
  )
}

function Figures({ cluster: { id, figures, alerts, state } }: Pick<ClusterCardProps, 'cluster'>) {
  const lost = figures?.nodes.lost ?? 0
  const isCritical = (alerts?.critical ?? 0) > 0
  return (
    <dl
      className={`grid grid-cols-3 gap-x-4 gap-y-3 sm:grid-cols-4 ${state === 'away' ? 'last-figures' : ''}`}
      data-cluster-figures={id}
    >
      <Figure name="Servers">
        {count(figures?.nodes.live)}
        {lost > 0 && <span className="text-xs font-medium text-bad"> · {count(lost)} lost</span>}
      </Figure>
      <Figure name="Services">{count(figures?.services)}</Figure>
      <Figure name="Requests">{rate(figures?.requestRate)}</Figure>
      <Figure name="Jobs">{rate(figures?.jobRate)}</Figure>
      <Figure name="Queues">{count(figures?.queues)}</Figure>
      <Figure name="Waiting jobs">{count(figures?.backlog)}</Figure>
      <Figure name="Firing alerts" isWide>
        <span className={isCritical ? 'text-bad' : ''}>{alertsText(alerts) ?? UNKNOWN}</span>
      </Figure>
    </dl>
  )
}

/** @param isWide whether it may be a few words */
export function Figure({ name, isWide, children }: { name: string; isWide?: boolean; children: ReactNode }) {
  return (
    <div className={`min-w-0 ${isWide ? 'col-span-2' : ''}`}>
      <dt className="label">{name}</dt>
      <dd className="font-semibold break-words">{children}</dd>
    </div>
  )
}
