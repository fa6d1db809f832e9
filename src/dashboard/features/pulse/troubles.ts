import type { QueueView } from '../../../api/queues.js'
import type { ServiceView } from '../../../api/services.js'
import type { Target } from '../../routing/pages.js'
import { healthWord } from '../../ui/levels.js'
import { byNeed } from '../queues/queues.js'
import { isBad } from '../queues/reasons.js'
import { sortServices } from '../services/fleet.js'

export interface Trouble {
  key: string
  /** A service or a queue. */
  name: string
  /** What is wrong with it, to stand right behind the name. */
  text: string
  to: Target
  isService: boolean
  /** Whether it is red where it is listed. */
  isBad: boolean
}

/** Services without a live server, then services in the red, then queues that need attention; the worst of each first. */
export function troublesOf(services: readonly ServiceView[], queues: readonly QueueView[]): readonly Trouble[] {
  const ill = services.filter(({ health }) => healthWord(health.score) === 'unhealthy')
  return [...sortServices(ill).map(ofService), ...byNeed(queues).attention.map(ofQueue)]
}

function ofService({ service, nodes, health }: ServiceView): Trouble {
  const [dearest] = [...health.reasons].sort((a, b) => b.cost - a.cost)
  const text = nodes.live === 0 ? ' has no live server' : `: ${dearest?.text ?? 'unhealthy'}`
  return {
    key: `service ${service}`,
    name: service,
    text,
    to: { page: 'service', service },
    isService: true,
    isBad: true,
  }
}

function ofQueue({ key, name, attention }: QueueView): Trouble {
  const text = `: ${attention[0]?.text ?? 'needs attention'}`
  const to: Target = { page: 'queue', queue: key }
  return { key: `queue ${key}`, name, text, to, isService: false, isBad: isBad(attention) }
}
