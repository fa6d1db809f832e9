import { X } from 'lucide-react'
import { navigate, useRoute } from '../../routing/route.js'

/** Which route or job the lists are narrowed to, and the way back. */
export function RouteChip() {
  const route = useRoute()
  if (!('series' in route) || !route.series) return null
  return (
    <button
      type="button"
      title="Clear this filter"
      className="inline-flex max-w-full items-center gap-2 self-start rounded-full border border-accent bg-panel py-1 pr-2 pl-3 text-xs hover:bg-raised"
      onClick={() => navigate({ ...route, series: '' })}
    >
      <span className="text-soft">Only</span>
      <span className="min-w-0 truncate font-mono">{route.series}</span>
      <span className="sr-only">Clear this filter</span>
      <X className="size-3.5 shrink-0 text-soft" aria-hidden="true" />
    </button>
  )
}
