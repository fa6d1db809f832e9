import { memo, useMemo } from 'react'
import type { NodeView, ServiceView } from '../../protocol/overview.js'
import { plural } from '../format.js'
import { groupNodes, sortServices } from '../view/groups.js'
import { AppHealthCard } from './app-health-card.js'
import { Section } from './section.js'
import { ServerGroup } from './server-group.js'

const CARD_GRID = 'grid grid-cols-1 gap-4 md:grid-cols-2 xl:grid-cols-3 min-[1720px]:grid-cols-4'

export const Services = memo(function Services({ services }: { services: readonly ServiceView[] }) {
  const sorted = useMemo(() => sortServices(services), [services])
  return (
    <Section title="Services" aside={plural(services.length, 'service')}>
      <div className={CARD_GRID}>
        {sorted.map((service) => (
          <AppHealthCard key={service.service} service={service} />
        ))}
      </div>
    </Section>
  )
})

export const Servers = memo(function Servers({ nodes }: { nodes: readonly NodeView[] }) {
  const groups = useMemo(() => groupNodes(nodes), [nodes])
  return (
    <Section title="Servers" aside={plural(nodes.length, 'server')}>
      <div className={`${CARD_GRID} grid-flow-row-dense gap-y-6`}>
        {groups.map((group) => (
          <ServerGroup key={group.service} group={group} />
        ))}
      </div>
    </Section>
  )
})
