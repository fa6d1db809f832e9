import { ChevronsUpDown, Layers } from 'lucide-react'
import { type FocusEvent, useRef, useState } from 'react'
import { useClusterInfos, useSummaries } from '../../api/clusters.js'
import { useCluster, usePlace } from '../../api/place.js'
import { ALL_CLUSTERS } from '../../routing/sections.js'
import { ClusterMenu } from './cluster-menu.js'
import { ClusterDot, StateIcon } from './marks.js'
import { environmentWord, STATE_WORDS } from './words.js'

/** Says which cluster the page shows, and leads to the others. */
export function Switcher() {
  const [isOpen, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const close = () => {
    setOpen(false)
    button.current?.focus()
  }
  const closeFromOutside = (event: FocusEvent) => {
    if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it follows the focus of what is inside
    <div className="relative min-w-0" onBlur={closeFromOutside}>
      <button
        ref={button}
        type="button"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        className="flex h-9 max-w-36 items-center gap-2 rounded-lg border border-line bg-panel px-2.5 text-left hover:border-line-strong hover:bg-raised sm:max-w-40"
        onClick={() => setOpen(!isOpen)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
          event.preventDefault()
          setOpen(true)
        }}
      >
        <Shown />
        <ChevronsUpDown className="size-3.5 shrink-0 text-soft" aria-hidden="true" />
      </button>
      {isOpen && <ClusterMenu onClose={close} />}
    </div>
  )
}

function Shown() {
  const cluster = useCluster()
  const { refused } = usePlace()
  const all = useClusterInfos()
  const summary = useSummaries()?.find(({ id }) => id === cluster?.id)
  if (!cluster)
    return (
      <>
        <Layers className="size-3.5 shrink-0 text-soft" aria-hidden="true" />
        <Lines name={refused === null ? ALL_CLUSTERS : 'No cluster'} detail={`${all.length} clusters`} />
      </>
    )
  const { name, colour } = cluster
  const environment = environmentWord(cluster)
  const state = summary?.state ?? 'unread'
  const detail = environment ?? STATE_WORDS[state]
  return (
    <>
      <ClusterDot colour={colour} />
      <Lines name={name} detail={detail} />
      {detail === environment && <span className="sr-only">{STATE_WORDS[state]}</span>}
      {state !== 'ok' && <StateIcon state={state} />}
    </>
  )
}

function Lines({ name, detail }: { name: string; detail: string }) {
  return (
    <span className="flex min-w-0 flex-col" title={`${name}: ${detail}`}>
      <span className="truncate text-[0.8125rem] leading-4 font-semibold">{name}</span>
      <span className="truncate text-[0.6875rem] leading-3.5 text-soft">{detail}</span>
    </span>
  )
}
