import { CircleCheck, CircleDashed, TriangleAlert, Unplug } from 'lucide-react'
import type { ClusterInfo, ClusterSummary } from '../../../api/clusters.js'
import { Tag } from '../../ui/tag.js'
import { STATE_WORDS } from './words.js'

/** The colour of a cluster; its name stands beside it. */
export function ClusterDot({ colour }: Pick<ClusterInfo, 'colour'>) {
  return <span data-colour={colour} aria-hidden="true" className="size-2.5 shrink-0 rounded-full bg-(--cluster)" />
}

/** Which cluster something is in. */
export function ClusterChip({ colour, name }: Pick<ClusterInfo, 'colour' | 'name'>) {
  return (
    <span className="inline-flex max-w-full items-center gap-1.5 rounded-full border border-line px-2 py-0.5 text-xs">
      <ClusterDot colour={colour} />
      <span className="min-w-0 truncate">{name}</span>
    </span>
  )
}

/** Nothing where none was given. */
export function EnvironmentTag({ environment }: Pick<ClusterInfo, 'environment'>) {
  return environment === null ? null : <Tag>{environment}</Tag>
}

const LOOKS = {
  ok: [CircleCheck, 'text-ok'],
  attention: [TriangleAlert, 'text-warn'],
  away: [Unplug, 'text-bad'],
  unread: [CircleDashed, 'text-soft'],
} as const

export function StateIcon({ state }: Pick<ClusterSummary, 'state'>) {
  const [Icon, tone] = LOOKS[state]
  return <Icon className={`size-3.5 shrink-0 ${tone}`} aria-hidden="true" />
}

/** How a cluster does, in words. */
export function StateWord({ state }: Pick<ClusterSummary, 'state'>) {
  return (
    <span className={`inline-flex items-center gap-1.5 text-xs font-medium whitespace-nowrap ${LOOKS[state][1]}`}>
      <StateIcon state={state} />
      {STATE_WORDS[state]}
    </span>
  )
}
