import type { ReactNode } from 'react'
import type { Overview } from '../../../api/overview.js'
import { EmptyState } from '../../ui/empty-state.js'
import { duration, plural } from '../../ui/format.js'

const LINES = [
  ['Express', "import { quasar } from '@gravito/quasar/express'", 'app.use(quasar())'],
  ['Fastify', "import { quasarPlugin } from '@gravito/quasar/fastify'", 'app.register(quasarPlugin)'],
  ['Hono', "import { quasar } from '@gravito/quasar/hono'", 'app.use(quasar())'],
  ['Nest', "import { QuasarModule } from '@gravito/quasar/nest'", 'imports: [QuasarModule.forRoot()]'],
  ['BullMQ', "import { monitorWorker } from '@gravito/quasar/bullmq'", 'monitorWorker(worker)'],
  [
    'Others',
    'any language: the protocol in the documentation; every 10 s',
    `SET gravito:quasar:node:shop:web-1 '{"v":2,"id":"web-1","service":"shop","timestamp":…}' EX 30`,
  ],
] as const

/** What to do when no server reports, and what this Zenith found. */
export function GetStarted({ overview }: { overview: Overview }) {
  const { store } = overview
  if (!store.ok) return <NothingRead />
  return (
    <section aria-labelledby="get-started" className="panel mx-auto w-full max-w-3xl p-6 sm:p-8">
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
      <h3 className="mt-6 font-medium">What this Zenith found</h3>
      <ul className="mt-1 list-disc pl-5 text-xs leading-5 text-soft">
        {findingsOf(overview).map((finding) => (
          <li key={finding}>{finding}</li>
        ))}
      </ul>
      <h3 className="mt-6 font-medium">An app runs and does not appear?</h3>
      <p className="mt-1 text-xs leading-5 text-soft">{storeAdvice(store.kind)}</p>
      {store.kind !== 'memory' && <Doctor />}
    </section>
  )
}

/** Nothing to list: how to begin where no service ever reported, else why it may be so. */
export function NothingYet({ overview, children }: { overview: Overview; children: ReactNode }) {
  if (isUnconnected(overview)) return <GetStarted overview={overview} />
  return <div className="panel px-4 py-12">{children}</div>
}

/** Whether no service reports to the store that Zenith reads, as far as it knows. */
export function isUnconnected({ services, totals }: Overview): boolean {
  return services.length + totals.services === 0
}

function Doctor() {
  return (
    <>
      <p className="mt-3 text-xs leading-5 text-soft">
        Run the doctor where the app runs. It checks the connection to Redis, the rights of its user, the clocks, the
        reporters, and how Quasar is built into your apps. It changes nothing.
      </p>
      <pre className="mt-2 rounded-lg border border-line bg-raised p-3 font-mono text-xs leading-5 break-words whitespace-pre-wrap">
        npx quasar doctor --redis redis://… --role reporter
      </pre>
    </>
  )
}

function NothingRead() {
  return (
    <div className="panel px-4 py-12">
      <EmptyState title="No figures yet">
        They appear as soon as the store answers. You don’t need to reload the page. <code>npx quasar doctor</code>{' '}
        tells why Redis does not answer.
      </EmptyState>
    </div>
  )
}

function findingsOf({ store, totals, unreadable, untrusted }: Overview): string[] {
  const answered = store.latencyMs === null ? '' : ` in ${duration(store.latencyMs)}`
  const unsigned = untrusted ? untrusted.unsigned + untrusted.forged : 0
  return [
    `${store.kind === 'memory' ? 'The in-process store' : 'Redis'} answered${answered}.`,
    'It has no server that reported under this prefix in the last 24 hours.',
    totals.queues > 0 ? `Zenith sees ${plural(totals.queues, 'queue')}.` : 'Zenith sees no queue.',
    ...(store.error ? [`A part could not be read: ${store.error}.`] : []),
    ...(unreadable > 0 ? [`${plural(unreadable, 'record')} could not be read.`] : []),
    ...(unsigned > 0
      ? [
          `${plural(unsigned, 'record')} had no signature with this Zenith’s token${untrusted?.leftOut ? ', and were left out' : ''}: set the same QUASAR_TOKEN in your apps.`,
        ]
      : []),
  ]
}

function storeAdvice(kind: string): string {
  if (kind === 'memory')
    return 'This Zenith reads the in-process store: it sees only what runs in its own process. Set QUASAR_REDIS_URL here and in your apps to see them all.'
  return 'It must write to the Redis that this Zenith reads: set QUASAR_REDIS_URL (or REDIS_URL) in it. The option prefix must be the same on both sides.'
}
