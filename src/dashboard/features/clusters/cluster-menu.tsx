import { Layers } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react'
import { useClusterInfos, useSummaries } from '../../api/clusters.js'
import { usePlace } from '../../api/place.js'
import { useRoute } from '../../routing/route.js'
import { ALL_CLUSTERS, clusterTarget } from '../../routing/sections.js'
import { PageLink } from '../../ui/page-link.js'
import { ClusterDot, StateWord } from './marks.js'
import { countsText, environmentWord } from './words.js'

/** All clusters, each with how it does. The focus moves through them by arrows, Home, End and the first letter. */
export function ClusterMenu({ onClose }: { onClose: () => void }) {
  const { cluster: shown, refused } = usePlace()
  const infos = useClusterInfos()
  const summaries = useSummaries()
  const menu = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const current = menu.current?.querySelector<HTMLElement>('[aria-current]')
    const first = menu.current?.querySelector<HTMLElement>('[role="menuitem"]')
    ;(current ?? first)?.focus()
  }, [])
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    // The page's own keys would act on the page behind.
    event.stopPropagation()
    if (event.key === 'Escape') return onClose()
    const next = nextOf(event.key, [...event.currentTarget.querySelectorAll<HTMLElement>('[role="menuitem"]')])
    if (!next) return
    event.preventDefault()
    next.focus()
  }
  return (
    <div
      ref={menu}
      role="menu"
      tabIndex={-1}
      aria-label="Clusters"
      className="absolute top-full left-0 z-30 mt-1.5 max-h-[70dvh] w-80 max-w-[calc(100vw-5rem)] overflow-y-auto rounded-xl border border-line-strong bg-panel p-1.5 shadow-2xl"
      onKeyDown={onKeyDown}
    >
      {infos.map((info, at) => {
        const { id, name, colour } = info
        const summary = summaries?.find((one) => one.id === id)
        return (
          <Entry
            key={id}
            id={id}
            isShown={id === shown}
            keyName={at < 9 ? `g ${at + 1}` : ''}
            mark={<ClusterDot colour={colour} />}
            name={name}
            onClose={onClose}
          >
            <StateWord state={summary?.state ?? 'unread'} />
            <span>{[environmentWord(info), summary && countsText(summary)].filter(Boolean).join(' · ')}</span>
          </Entry>
        )
      })}
      <Entry
        id=""
        isShown={shown === '' && refused === null}
        keyName="g 0"
        mark={<Layers className="size-3 shrink-0 text-soft" aria-hidden="true" />}
        name={ALL_CLUSTERS}
        onClose={onClose}
      />
    </div>
  )
}

interface EntryProps {
  /** Empty for all clusters. */
  id: string
  isShown: boolean
  keyName: string
  mark: ReactNode
  name: string
  onClose: () => void
  children?: ReactNode
}

function Entry({ id, isShown, keyName, mark, name, onClose, children }: EntryProps) {
  const route = useRoute()
  return (
    <PageLink
      role="menuitem"
      tabIndex={-1}
      to={clusterTarget(route, id)}
      aria-current={isShown ? 'true' : undefined}
      className="flex items-start gap-2.5 rounded-lg px-2.5 py-2 -outline-offset-2 hover:bg-raised focus:bg-raised aria-[current=true]:bg-track"
      onClick={onClose}
    >
      <span className="grid h-5 w-3 place-items-center">{mark}</span>
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{name}</span>
        {children && <span className="label flex flex-wrap items-center gap-x-2">{children}</span>}
      </span>
      {keyName && (
        <span className="key shrink-0" aria-hidden="true">
          {keyName}
        </span>
      )}
    </PageLink>
  )
}

/** Where a key leads from the entry that has the focus. */
function nextOf(key: string, entries: readonly HTMLElement[]): HTMLElement | undefined {
  const at = entries.indexOf(document.activeElement as HTMLElement)
  if (key === 'ArrowDown') return entries[(at + 1) % entries.length]
  if (key === 'ArrowUp') return entries.at(at <= 0 ? -1 : at - 1)
  if (key === 'Home') return entries[0]
  if (key === 'End') return entries.at(-1)
  if (key.length !== 1 || key === ' ') return undefined
  const after = [...entries.slice(at + 1), ...entries.slice(0, at + 1)]
  return after.find((entry) => (entry.textContent ?? '').trim().toLowerCase().startsWith(key.toLowerCase()))
}
