import { CLOCK_HARMFUL_MS, clockInWords, heartbeatLife } from '../../../protocol/index.js'
import { asNumber } from '../../../redis/replies.js'
import type { DoctorContext } from '../context.js'
import { type Check, type Finding, hint, ok, problem } from '../finding.js'
import type { SeenNode } from '../fleet.js'

/** A smaller difference may be the time of an answer, or a slow write, ms. */
const TOLERANCE_MS = 5_000

const ADVICE = 'Let NTP (chrony, systemd-timesyncd) set the clock of that machine.'

/** Whether the clocks of this machine, of Redis and of the reporters agree. */
export const clock: Check = {
  name: 'clock',
  async run(context) {
    const own = await ownSkew(context)
    if (own === null) return [UNKNOWN]
    const { nodes } = await context.fleet()
    const here =
      own === 0 ? ok({ code: 'clock', message: 'The clocks of Redis and of this machine agree.' }) : ownFinding(own)
    return [here, ...nodes.flatMap((node) => nodeFindings(node, own))]
  },
}

const UNKNOWN = hint({
  code: 'clock-unknown',
  message:
    'Redis does not allow TIME (denied to this user, renamed or disabled), so the doctor could not compare clocks.',
  advice: 'Allow TIME (+time): without it Quasar has to estimate the time of Redis, by which it drops old data.',
})

/** How far Redis' clock is ahead of this machine's, ms; 0 when the difference may be the time of the answer. */
async function ownSkew({ ask }: DoctorContext): Promise<number | null> {
  const start = Date.now()
  const { error, value } = await ask('time')
  if (error || !Array.isArray(value)) return null
  const [seconds, micros] = value.map(asNumber)
  if (seconds == null || micros == null) return null
  const skew = seconds * 1_000 + micros / 1_000 - (start + Date.now()) / 2
  return Math.abs(skew) < TOLERANCE_MS ? 0 : Math.round(skew)
}

function ownFinding(skew: number): Finding {
  const message = `The clock of this machine is ${spell(0 - skew)} that of Redis.`
  return finding(Math.abs(skew), { code: 'clock-skew', message })
}

function nodeFindings(node: SeenNode, redisAhead: number): Finding[] {
  const skew = skewOf(node, redisAhead)
  if (skew === null || Math.abs(skew) < TOLERANCE_MS) return []
  const subject = `${node.service}/${node.node}`
  const host = node.heartbeat?.hostname ? ` (${node.heartbeat.hostname})` : ''
  return [
    finding(Math.abs(skew), {
      code: 'node-clock-skew',
      subject,
      message: `The clock of this node${host} is ${spell(skew)} that of Redis.`,
    }),
  ]
}

/**
 * How far a node's clock is ahead of Redis'. Newer nodes report it. For others, the remaining TTL of the heartbeat shows when it was
 * written; where the TTL is unknown, a time in the future, or one at which the heartbeat would have expired, shows the difference.
 */
function skewOf({ heartbeat, keptFor, readAt }: SeenNode, redisAhead: number): number | null {
  if (!heartbeat) return null
  if (heartbeat.clockAhead !== null) return heartbeat.clockAhead
  const now = readAt + redisAhead
  const ttlMs = heartbeatLife(heartbeat.interval ?? 0)
  const isOurs = heartbeat.sdk !== null && keptFor !== null && keptFor <= ttlMs
  if (isOurs) return heartbeat.timestamp - (now - (ttlMs - keptFor))
  if (heartbeat.timestamp > now) return heartbeat.timestamp - now
  return heartbeat.timestamp < now - ttlMs ? heartbeat.timestamp - (now - ttlMs) : 0
}

function finding(size: number, about: { code: string; subject?: string; message: string }): Finding {
  const harm = ' Zenith uses the clock of Redis, but that machine logs, signs and schedules by its own.'
  if (size < CLOCK_HARMFUL_MS) return hint({ ...about, advice: ADVICE })
  return problem({ ...about, message: about.message + harm, advice: ADVICE })
}

function spell(ms: number): string {
  return ms > 0 ? `${clockInWords(ms)} of` : clockInWords(ms)
}
