import { EmptyState } from '../../ui/empty-state.js'

const CODE = 'mt-4 overflow-x-auto rounded-lg border border-line bg-raised p-3 font-mono text-xs leading-5'

/** What makes queues appear here: an app that reports its own, or a Zenith that looks by itself. */
export function NoQueues() {
  return (
    <section aria-labelledby="no-queues" className="panel mx-auto w-full max-w-3xl p-6 sm:p-8">
      <h2 id="no-queues" className="text-lg font-semibold tracking-tight">
        No queues yet
      </h2>
      <div className="mt-4 grid gap-6 sm:grid-cols-2">
        <div className="min-w-0">
          <p className="font-medium">Let an app report its queues</p>
          <p className="mt-1 text-soft">They appear here within one interval, with their figures and problems.</p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <pre tabIndex={0} className={CODE}>
            {
              "import { bullmqQueues } from\n  '@gravito/quasar/queues/bullmq'\n\nquasar.monitorQueues(\n  bullmqQueues({ connection })\n)"
            }
          </pre>
        </div>
        <div className="min-w-0">
          <p className="font-medium">Connect Zenith to your queues</p>
          <p className="mt-1 text-soft">Zenith then also shows jobs and makes the changes that your role allows.</p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <pre tabIndex={0} className={CODE}>
            {'npx quasar zenith \\\n  --redis redis://… \\\n  --queues bullmq'}
          </pre>
        </div>
      </div>
    </section>
  )
}

/** The queue is reported, and nobody here can look into it. */
export function NotConnected() {
  return (
    <div className="panel px-4 py-10">
      <EmptyState title="Zenith only has this queue’s figures">
        An app reports this queue, but this Zenith is not connected to it. To see and change its jobs, start Zenith with{' '}
        <code>--queues</code> and the address of the queue’s system.
      </EmptyState>
    </div>
  )
}
