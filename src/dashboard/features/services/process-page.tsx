import type { NodeView } from '../../../api/nodes.js'
import type { Overview } from '../../../api/overview.js'
import { useIsArchived } from '../../api/history-api.js'
import { useHasArchive } from '../../api/session.js'
import { usePage, useTimeRange } from '../../routing/route.js'
import { Ago } from '../../ui/ago.js'
import { EmptyState } from '../../ui/empty-state.js'
import { PageBar } from '../../ui/page-bar.js'
import { PageLink } from '../../ui/page-link.js'
import { PeriodPicker } from '../../ui/period-picker.js'
import { Section } from '../../ui/section.js'
import { AlertMark } from '../alert-mark/alert-mark.js'
import { ChildProcesses } from './children.js'
import { blockedOf, nodeName } from './fleet.js'
import { ProcessFacts } from './process-facts.js'
import { ProcessHistory } from './process-history.js'
import { StateMark } from './state-mark.js'

/** One process: its past, its last beat, and what it is. */
export function ProcessPage({ overview }: { overview: Overview }) {
  const { service, node: id } = usePage('process')
  const node = overview.nodes.find((one) => one.service === service && one.id === id)
  const ofService = (
    <PageLink to={{ page: 'service', service }} className="font-medium text-accent hover:underline">
      {service}
    </PageLink>
  )
  const hasArchive = useHasArchive()
  const isArchived = useIsArchived(useTimeRange())
  if (!node && hasArchive)
    return (
      <>
        <PageBar title={id} hasFilter={false} aside={<span className="label">of {ofService} · ended</span>} />
        {isArchived ? (
          <ProcessHistory service={service} id={id} node={null} />
        ) : (
          <Section title="Past" more={<PeriodPicker />}>
            <div className="panel px-4 py-12">
              <EmptyState title="No process with this id reports">
                It ended or was forgotten: choose a longer period to see what the archive has of it.
              </EmptyState>
            </div>
          </Section>
        )}
      </>
    )
  if (!node)
    return (
      <>
        <PageBar title="Process" hasFilter={false} />
        <div className="panel px-4 py-12">
          <EmptyState title="No process with this id reports">It ended or was forgotten. See {ofService}.</EmptyState>
        </div>
      </>
    )
  return (
    <>
      <PageBar
        title={nodeName(node)}
        hasFilter={false}
        aside={
          <span className="label flex flex-wrap items-center gap-3">
            <span>of {ofService}</span>
            <StateMark node={node} />
            <AlertMark of={{ node: node.key, host: node.heartbeat?.hostname }} />
          </span>
        }
      />
      <ProcessHistory service={service} id={id} node={node} />
      <BlockedStack node={node} />
      {node.heartbeat && <ProcessFacts node={node} beat={node.heartbeat} />}
      <ChildProcesses nodes={[node]} />
    </>
  )
}

/** Where a blocked event loop is, if its heartbeat thread may read that. */
function BlockedStack({ node }: { node: NodeView }) {
  const blocked = blockedOf(node)
  if (!blocked?.stack) return null
  return (
    <Section title="Blocked in" aside={<Ago at={blocked.since} before="since " />}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0} className="panel max-h-96 overflow-auto p-4 font-mono text-xs leading-5">
        {blocked.stack}
      </pre>
    </Section>
  )
}
