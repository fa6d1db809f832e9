import type { RedisError } from '../../../redis/errors.js'
import type { DoctorContext } from '../context.js'
import { type Check, type Finding, hint, ok, problem } from '../finding.js'
import type { SeenNode } from '../fleet.js'
import { isLost, nodesOf, type ServiceSummary, servicesOf } from '../services.js'

/** Who reports, and whether that gets through. */
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
    message:
      code === 'NOPERM'
        ? 'This user may not read what reporters wrote.'
        : `What reporters wrote can't be read: ${message}.`,
    advice: 'Run the doctor as the user of Zenith to see them.',
  })
}

function nobody({ keys }: DoctorContext): Finding {
  return hint({
    code: 'no-reporters',
    subject: 'reporters',
    message: `Nobody has reported under ${keys.prefix} within a day.`,
    advice:
      'An app reports about a second after its start. Look at its log for a line of Quasar, and at its QUASAR_REDIS_URL (without it and REDIS_URL reports stay in memory), database and QUASAR_PREFIX.',
  })
}

function summary({ service, alive, lost, sdks, frameworks, intervals, reports }: ServiceSummary): Finding {
  const nodes = `${alive} ${alive === 1 ? 'node' : 'nodes'} alive${lost > 0 ? `, ${lost} lost` : ''}`
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
  const gone = nodes.filter(isLost)
  if (gone.length === 0) return []
  const last = Math.max(...gone.map(({ lastBeat }) => lastBeat ?? 0))
  const ago = Math.max(0, Math.round((Date.now() - last) / 1_000))
  const names = gone.slice(0, 3).map(({ node }) => node)
  const more = gone.length > names.length ? ` and ${gone.length - names.length} more` : ''
  const finding = {
    code: 'nodes-lost',
    subject: service,
    message: `${gone.length} ${gone.length === 1 ? 'node' : 'nodes'} stopped reporting without saying good-bye: ${names.join(', ')}${more}; the last of them ${ago} s ago.`,
    advice:
      'They crashed, were killed, or can’t reach Redis. If that was a deploy, call .stop() (Nest: enableShutdownHooks) on SIGTERM, so that nodes leave. They are forgotten after a day.',
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
      advice: 'During a deploy that is as it should be; afterwards update those that stayed behind.',
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
        message: 'Its heartbeat can’t be read.',
        advice:
          'Compare what it writes with schemas/heartbeat.json, and see that nothing else writes under the prefix.',
      }),
    ]
  }
  const dropped = node.heartbeat?.recorder?.dropped ?? 0
  if (dropped === 0) return []
  return [
    hint({
      code: 'records-dropped',
      subject,
      message: `It has lost ${dropped} records since its start: there was an outage, or more came than 2,000 an interval.`,
      advice: 'If it grows while Redis is well, lower `sample`, or set `slow` higher.',
    }),
  ]
}
