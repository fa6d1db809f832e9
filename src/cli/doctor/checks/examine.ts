import { inTimeHeld, TOO_LATE } from '../../../lib/async.js'
import { describeError } from '../../../redis/errors.js'
import type { DoctorContext } from '../context.js'
import { type Check, type Finding, LEVELS, problem } from '../finding.js'
import { alerts } from './alerts.js'
import { bounds } from './bounds.js'
import { clock } from './clock.js'
import { latency } from './latency.js'
import { memory } from './memory.js'
import { reach } from './reach.js'
import { reporters } from './reporters.js'
import { rights } from './rights.js'
import { server } from './server.js'
import { setup } from './setup.js'
import { trail } from './trail.js'

/** Time limit for all checks, ms, whatever Redis does. */
const WITHIN_MS = 20_000

/** Runs the checks one after the other, so that none measures the work of another. Never rejects. */
export async function examine(context: DoctorContext): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  if ((await inTimeHeld(runAll(context, findings), WITHIN_MS)) === TOO_LATE) findings.push(tooLate())
  return LEVELS.flatMap((level) => findings.filter((finding) => finding.level === level))
}

async function runAll(context: DoctorContext, findings: Finding[]): Promise<void> {
  const reached = await runOne(reach, context)
  findings.push(...reached)
  if (reached.some(({ level }) => level === 'problem')) return
  for (const check of CHECKS) findings.push(...(await runOne(check, context)))
}

async function runOne(check: Check, context: DoctorContext): Promise<readonly Finding[]> {
  try {
    return await check.run(context)
  } catch (error) {
    const { message } = describeError(error, context.connection.where)
    const advice = 'Run it again; if it stays so, report it with the version of Redis.'
    return [
      problem({ code: 'check-failed', subject: check.name, message: `This could not be checked: ${message}.`, advice }),
    ]
  }
}

function tooLate(): Finding {
  return problem({
    code: 'too-late',
    message: `Not everything could be checked within ${WITHIN_MS / 1_000} s: Redis answers too slowly.`,
    advice: 'See what keeps Redis busy (SLOWLOG GET), or run the doctor nearer to it.',
  })
}

/** In the order in which findings of one level are shown. */
export const CHECKS: readonly Check[] = [
  server,
  rights,
  memory,
  latency,
  clock,
  reporters,
  setup,
  bounds,
  trail,
  alerts,
]
