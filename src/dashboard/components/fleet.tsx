import { memo, useMemo } from 'react'
import type { NodeView, ServiceView } from '../../protocol/overview.js'
import { plural } from '../format.js'
import { groupNodes, sortServices } from '../view/groups.js'
import { AppHealthCard } from './app-health-card.js'
import { Section } from './section.js'
import { ServerGroup } from './server-group.js'

/** Above so many servers the cards out of sight are not laid out. */
const MANY = 40

export const Services = memo(function Services({ services }: { services: readonly ServiceView[] }) {
  const sorted = useMemo(() => sortServices(services), [services])
  return (
    <Section title="Services" aside={plural(services.length, 'service')}>
      <div className="grid grid-cols-[repeat(auto-fit,minmax(min(100%,20rem),1fr))] gap-4">
        {sorted.map((service) => (
          <AppHealthCard key={service.service} service={service} />
        ))}
      </div>
    </Section>
  )
})

export const Servers = memo(function Servers({ nodes }: { nodes: readonly NodeView[] }) {
  const groups = useMemo(() => groupNodes(nodes), [nodes])
  const widest = fillsFive(nodes.length) ? 'min-[105rem]:grid-cols-5' : 'min-[105rem]:grid-cols-4'
  return (
    <Section title="Servers" aside={plural(nodes.length, 'server')}>
      <div
        className={`grid grid-flow-row-dense grid-cols-1 gap-x-4 gap-y-6 md:grid-cols-2 xl:grid-cols-3 ${widest} ${nodes.length > MANY ? 'many' : ''}`}
      >
        {groups.map((group) => (
          <ServerGroup key={group.service} group={group} isOnly={groups.length === 1} />
        ))}
      </div>
    </Section>
  )
})

/** Whether five columns leave less of a wide screen empty than four. */
function fillsFive(amount: number): boolean {
  return amount === 5 || amount > 8
}
