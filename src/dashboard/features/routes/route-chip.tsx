import { changePage, usePage } from '../../routing/route.js'
import { Chip } from '../../ui/chip.js'

/** Which route or job the lists of a service's page are narrowed to, and the way back. */
export function RouteChip() {
  const { series } = usePage('service')
  if (!series) return null
  return (
    <div className="flex">
      <Chip label="Route or job" value={series} onRemove={() => changePage('service', { series: '' })} />
    </div>
  )
}
