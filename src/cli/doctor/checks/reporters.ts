import type { RedisError } from '../../../redis/errors.js'
import type { DoctorContext } from '../context.js'
import { type Check, type Finding, hint, ok, problem } from '../finding.js'
import type { SeenNode } from '../fleet.js'
import { lostOf, nodesOf, type ServiceSummary, servicesOf } from '../services.js'

/** Which nodes report, and whether their reports arrive. */
export const reporters: Check = {
  name: 'reporters',
  async run(context) {
    const fleet = await context.fleet()
    if (fleet.error) return [unseen(fleet.error)]
    const services = servicesOf(fleet)
    if (services.length === 0) return [nobody(context)]
    return services.flatMap((service) => {
      const nodes = nodesOf(fleet.nodes, service.service)
      return [summary(service), ...lost(service, nodes), ...mixed(service), ...nodes.flatMap(troubles)]
    })
  },
}

function unseen({ code, message }: RedisError): Finding {
  return hint({
    code: 'reporters-unseen',
    subject: 'reporters',
    message: code === 'NOPERM' ? 'This user can’t read reports.' : `The doctor can't read reports: ${message}.`,
    advice: 'Run the doctor as Zenith’s user to see them.',
  })
}

function nobody({ keys }: DoctorContext): Finding {
  return hint({
    code: 'no-reporters',
    subject: 'reporters',
    message: `No app has reported under ${keys.prefix} in the last day.`,
    advice:
      'An app reports about a second after its start. Check its log for lines from Quasar, and its QUASAR_REDIS_URL (without it and REDIS_URL reports stay in memory), database and QUASAR_PREFIX.',
  })
}

function summary({ service, alive, lost, replaced, sdks, frameworks, intervals, reports }: ServiceSummary): Finding {
  const nodes = `${alive} ${alive === 1 ? 'node' : 'nodes'} alive${lost > 0 ? `, ${lost} lost` : ''}${replaced > 0 ? `, ${replaced} replaced` : ''}`
  const what = Object.entries(reports).flatMap(([name, does]) => (does ? [name] : []))
  const every = intervals.map((interval) => `${interval / 1_000} s`).join(', ')
  const parts = [
    nodes,
    ...(sdks.length > 0 ? [sdks.join(', ')] : []),
    ...frameworks,
    ...(every ? [`every ${every}`] : []),
    what.length > 0 ? `reports ${what.join(', ')}` : 'reports heartbeats only',
  ]
  return ok({ code: 'service', subject: service, message: `${parts.join('; ')}.` })
}

function lost({ service, alive }: ServiceSummary, nodes: readonly SeenNode[]): Finding[] {
  const gone = lostOf(nodes)
  if (gone.length === 0) return []
  const last = Math.max(...gone.map(({ lastBeat }) => lastBeat ?? 0))
  const ago = Math.max(0, Math.round((Date.now() - last) / 1_000))
  const names = gone.slice(0, 3).map(({ node }) => node)
  const more = gone.length > names.length ? ` and ${gone.length - names.length} more` : ''
  const finding = {
    code: 'nodes-lost',
    subject: service,
    message: `${gone.length} ${gone.length === 1 ? 'node' : 'nodes'} stopped reporting without signing off: ${names.join(', ')}${more}; the last of them ${ago} s ago.`,
    advice:
      'They crashed, were killed, or can’t reach Redis. If the service shrank on purpose, end its processes by SIGTERM, and handle it where they are PID 1 of a container, so that nodes sign off. Zenith forgets them after a day.',
  }
  return [alive === 0 ? problem(finding) : hint(finding)]
}

function mixed({ service, sdks, protocols }: ServiceSummary): Finding[] {
  const versions = sdks.length > 1 ? `versions of the package (${sdks.join(', ')})` : null
  const formats = protocols.length > 1 ? `versions of the protocol (${protocols.join(', ')})` : null
  const what = [versions, formats].filter((one) => one !== null)
  if (what.length === 0) return []
  return [
    hint({
      code: 'mixed-versions',
      subject: service,
      message: `Its nodes have different ${what.join(' and ')}.`,
      advice: 'This is normal during a deploy. Afterwards update the remaining nodes.',
    }),
  ]
}

function troubles(node: SeenNode): Finding[] {
  const subject = `${node.service}/${node.node}`
  if (node.isUnreadable) {
    return [
      problem({
        code: 'heartbeat-unreadable',
        subject,
        message: 'The doctor can’t read its heartbeat.',
        advice: 'Compare it with schemas/heartbeat.json, and make sure that nothing else writes under the prefix.',
      }),
    ]
  }
  const dropped = node.heartbeat?.recorder?.dropped ?? 0
  if (dropped === 0) return []
  return [
    hint({
      code: 'records-dropped',
      subject,
      message: `It has lost ${dropped} records since its start, in an outage or because an interval exceeded its limit (2,000 records; 200 slow requests and jobs, 200 exceptions).`,
      advice: 'If the number grows while Redis is healthy, lower `sample` or raise `slow`.',
    }),
  ]
}
