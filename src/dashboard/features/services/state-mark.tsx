import type { ReactNode } from 'react'
import type { NodeView } from '../../../api/nodes.js'
import { Ago } from '../../ui/ago.js'
import { blockedOf } from './fleet.js'

interface StateMarkProps {
  node: Pick<NodeView, 'state' | 'lastSeen' | 'heartbeat'>
  /** Where there is little room. */
  isShort?: boolean
}

/** A node's state: its words say what its colour says. */
export function StateMark({ node, isShort = false }: StateMarkProps) {
  const { state, lastSeen } = node
  const blocked = blockedOf(node)
  if (blocked) return <BadMark at={blocked.since} before={isShort ? 'blocked ' : 'blocked · since '} />
  if (state === 'live') return <Mark dot="bg-ok">live</Mark>
  if (state === 'left' || state === 'replaced')
    return (
      <Mark dot="border border-soft">
        <Ago at={lastSeen} before={`${state} `} />
      </Mark>
    )
  return <BadMark at={lastSeen} before={isShort ? 'lost ' : 'lost · last seen '} />
}

function BadMark({ at, before }: { at: number; before: string }) {
  return (
    <span className="inline-flex items-center gap-1.5 rounded-md bg-bad-wash align-middle px-2 py-0.5 text-xs font-medium text-bad">
      <span className="size-1.5 rounded-[1px] bg-bad" aria-hidden="true" />
      <Ago at={at} before={before} />
    </span>
  )
}

function Mark({ dot, children }: { dot: string; children: ReactNode }) {
  return (
    <span className="label inline-flex items-center gap-1.5 align-middle whitespace-nowrap">
      <span className={`size-1.5 rounded-full ${dot}`} aria-hidden="true" />
      {children}
    </span>
  )
}
