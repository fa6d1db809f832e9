import { memo, useMemo, useState } from 'react'
import type { NodeView } from '../../../api/nodes.js'
import type { ServicePeriod, ServiceView } from '../../../api/services.js'
import type { TimeRange } from '../../../api/time-window.js'
import { plural } from '../../ui/format.js'
import { MoreButton } from '../../ui/more-button.js'
import { Section } from '../../ui/section.js'
import { groupNodes, sortServices } from '../services/fleet.js'
import { AppHealthCard } from './app-health-card.js'
import { ServerGroup } from './server-group.js'

/** So many services are drawn at once; the rest of a big fleet waits behind a button. */
const FIRST = 36
const STEP = 72
/** So many cards of a service are drawn at once, and so many where many services share the page. The list of processes has them all. */
const FIRST_SERVERS = 24
const FIRST_OF_MANY = 3
/** Above so many servers the cards out of sight are not laid out. */
const MANY = 40

interface ServicesProps {
  services: readonly ServiceView[]
  range: TimeRange
  /** Over that time; without it the figures of the last minute are shown. */
  past: ReadonlyMap<string, ServicePeriod> | undefined
}

export const Services = memo(function Services({ services, range, past }: ServicesProps) {
  const [shown, setShown] = useState(FIRST)
  const sorted = useMemo(() => sortServices(services), [services])
  return (
    <Section title="Services" aside={plural(services.length, 'service')}>
      <div className="grid grid-cols-[repeat(auto-fit,minmax(min(100%,20rem),1fr))] gap-4">
        {sorted.slice(0, shown).map((service) => (
          <AppHealthCard key={service.service} service={service} range={range} past={past?.get(service.service)} />
        ))}
        <MoreButton
          rest={sorted.length - shown}
          step={STEP}
          what="service"
          many="services"
          onMore={() => setShown(shown + STEP)}
        />
      </div>
    </Section>
  )
})

export const Servers = memo(function Servers({ nodes }: { nodes: readonly NodeView[] }) {
  const [shown, setShown] = useState(FIRST)
  const groups = useMemo(() => groupNodes(nodes), [nodes])
  const widest = fillsFive(nodes.length) ? 'min-[105rem]:grid-cols-5' : 'min-[105rem]:grid-cols-4'
  return (
    <Section title="Servers" aside={plural(nodes.length, 'server')}>
      <div
        className={`grid grid-flow-row-dense grid-cols-1 gap-x-4 gap-y-6 md:grid-cols-2 xl:grid-cols-3 ${widest} ${nodes.length > MANY ? 'many' : ''}`}
      >
        {groups.slice(0, shown).map((group) => (
          <ServerGroup
            key={group.service}
            group={group}
            isOnly={groups.length === 1}
            first={nodes.length > MANY && groups.length > 1 ? FIRST_OF_MANY : FIRST_SERVERS}
          />
        ))}
        <MoreButton
          rest={groups.length - shown}
          step={STEP}
          what="service with its servers"
          many="services with their servers"
          onMore={() => setShown(shown + STEP)}
        />
      </div>
    </Section>
  )
})

/** Whether five columns leave less of a wide screen empty than four. */
function fillsFive(amount: number): boolean {
  return amount === 5 || amount > 8
}
