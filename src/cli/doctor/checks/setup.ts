import type { SetupNote } from '../../../protocol/index.js'
import { type Check, type Finding, hint, problem } from '../finding.js'
import type { Fleet, SeenNode, SeenWork } from '../fleet.js'

/** A server that has run for this long should have received a request, s. */
const SETTLED_S = 60
const MANY_REQUESTS = 50

const NOTES: Readonly<Record<SetupNote, { readonly message: string; readonly advice: string }>> = {
  'registered-twice': {
    message: 'Quasar is registered twice in one app. Only the first counts requests.',
    advice: 'Keep the first: a different `service` on the second never gets a request.',
  },
  'registered-late': {
    message: 'Some routes come before Quasar, which can’t see the requests that they answer.',
    advice: 'Call app.use(quasar()) before all routes.',
  },
  'registered-in-scope': {
    message: 'Quasar is registered in one router or scope and can’t see requests to others.',
    advice: 'Register it with the app itself, unless that is what you want.',
  },
  'trust-proxy-unset': {
    message:
      'Requests come through a proxy (X-Forwarded-For) that Express does not trust: req.ip and req.protocol are the proxy’s.',
    advice: 'app.set("trust proxy", 1), or the addresses of your proxies.',
  },
  'no-shutdown': {
    message: 'Nothing handles SIGTERM or SIGINT: each deploy loses the last report and leaves a node that looks lost.',
    advice:
      'Nest: app.enableShutdownHooks(). Fastify: app.close() on SIGTERM. Others: call .stop() on what quasar() returned, then end the process.',
  },
  'no-payload-token': {
    message:
      'Payloads of finished jobs should be archived, and there is no token to seal them with: they are left out.',
    advice: 'Set QUASAR_TOKEN for the app and for Zenith, or archiveJobs: "jobs".',
  },
}

const FRAMEWORKS = /\b(express|fastify|hono|nest)\b/

/** How Quasar is built into the apps, by the notes of their reporters and by their figures. */
export const setup: Check = {
  name: 'setup',
  async run(context) {
    const fleet = await context.fleet()
    return [...noted(fleet), ...idle(fleet), ...[...fleet.work].flatMap(([service, work]) => unmatched(service, work))]
  },
}

/** One finding per service: its nodes usually run the same program. */
function noted({ nodes }: Fleet): Finding[] {
  const seen = new Map<string, { service: string; note: string; nodes: number }>()
  for (const { service, heartbeat } of nodes) {
    for (const note of new Set(heartbeat?.setup ?? [])) {
      const key = JSON.stringify([service, note])
      const { nodes: others } = seen.get(key) ?? { nodes: 0 }
      seen.set(key, { service, note, nodes: others + 1 })
    }
  }
  return [...seen.values()].map(findingOf)
}

function findingOf({ service, note, nodes }: { service: string; note: string; nodes: number }): Finding {
  const known = Object.hasOwn(NOTES, note) ? NOTES[note as SetupNote] : null
  const where = nodes > 1 ? ` (${nodes} nodes)` : ''
  const message = `${known?.message ?? `Its reporter reports “${note}”.`}${where}`
  const advice = known?.advice ?? 'A newer version of the package may explain it.'
  const details = { code: `setup-${note}`, subject: service, message, advice }
  return note === 'registered-late' ? problem(details) : hint(details)
}

function idle({ nodes }: Fleet): Finding[] {
  const services = [...new Set(nodes.map(({ service }) => service))]
  return services.flatMap((service) => {
    const servers = nodes.filter((node) => node.service === service && isServer(node))
    if (servers.length === 0 || servers.some(({ heartbeat }) => heartbeat?.requests)) return []
    return [
      hint({
        code: 'no-requests',
        subject: service,
        message: 'It has a web framework, but Quasar has seen no request since its start.',
        advice: 'If it gets requests, register Quasar before the routes that answer them, on the app that listens.',
      }),
    ]
  })
}

function isServer({ heartbeat }: SeenNode): boolean {
  return FRAMEWORKS.test(heartbeat?.runtime.framework ?? '') && (heartbeat?.runtime.uptime ?? 0) >= SETTLED_S
}

function unmatched(service: string, { requests, unmatched }: SeenWork): Finding[] {
  if (requests < MANY_REQUESTS || unmatched <= requests / 2) return []
  const share = Math.round((100 * unmatched) / requests)
  return [
    hint({
      code: 'mostly-unmatched',
      subject: service,
      message: `Recently ${share} % of its requests matched no route that Quasar knows.`,
      advice: 'Static files and bots cause this. If routes do, see docs/integrations.md for where to register Quasar.',
    }),
  ]
}
