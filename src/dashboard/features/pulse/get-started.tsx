import type { StoreHealth } from '../../../api/store.js'
import { EmptyState } from '../../ui/empty-state.js'

const LINES = [
  ['Express', "import { quasar } from '@gravito/quasar/express'", 'app.use(quasar())'],
  ['Fastify', "import { quasarPlugin } from '@gravito/quasar/fastify'", 'app.register(quasarPlugin)'],
  ['Hono', "import { quasar } from '@gravito/quasar/hono'", 'app.use(quasar())'],
  ['Nest', "import { QuasarModule } from '@gravito/quasar/nest'", 'imports: [QuasarModule.forRoot()]'],
  ['BullMQ', "import { monitorWorker } from '@gravito/quasar/bullmq'", 'monitorWorker(worker)'],
] as const

/** What to do when no server reports. */
export function GetStarted({ store }: { store: StoreHealth }) {
  if (!store.ok) return <NothingRead />
  return (
    <section aria-labelledby="get-started" className="panel mx-auto max-w-3xl p-6 sm:p-8">
      <h2 id="get-started" className="text-lg font-semibold tracking-tight">
        No server reports yet
      </h2>
      <p className="mt-1 text-soft">
        Add the line for your framework and start the app. It appears here within one interval (10 s).
      </p>
      <dl className="mt-5 divide-y divide-line rounded-lg border border-line">
        {LINES.map(([framework, load, line]) => (
          <div key={framework} className="grid gap-1 px-4 py-3 sm:grid-cols-[6rem_1fr]">
            <dt className="font-medium">{framework}</dt>
            <dd className="min-w-0 font-mono text-xs leading-5 break-words">
              <span className="text-soft">{load}</span>
              <br />
              {line}
            </dd>
          </div>
        ))}
      </dl>
      <p className="mt-4 text-xs leading-5 text-soft">{storeAdvice(store.kind)}</p>
    </section>
  )
}

function NothingRead() {
  return (
    <div className="panel px-4 py-12">
      <EmptyState title="No figures yet">
        They appear as soon as the store answers. You don’t need to reload the page.
      </EmptyState>
    </div>
  )
}

function storeAdvice(kind: string): string {
  if (kind === 'memory')
    return 'This Zenith reads the in-process store: it sees only what runs in its own process. Set QUASAR_REDIS_URL here and in your apps to see them all.'
  return 'The app must write to the Redis that this Zenith reads: set QUASAR_REDIS_URL (or REDIS_URL) in it. Does one report and still not appear? Then compare the option prefix on both sides.'
}
