import type { AuditChain } from '../../../protocol/index.js'
import { RedisError } from '../../../redis/errors.js'
import { openControlStore } from '../../../runtime/open-control-store.js'
import type { DoctorContext } from '../context.js'
import { type Check, type Finding, hint, ok, problem } from '../finding.js'

/** Whether the audit trail is unchanged, and Zenith's documents are signed. If the user may not read them, the rights check reports it. */
export const trail: Check = {
  name: 'audit trail',
  async run({ connection, keys, tokens }) {
    const store = openControlStore(connection, keys, tokens)
    try {
      const chain = await store.verifyAudit?.()
      const looks = await Promise.all(['scheduler', 'bulk', 'freeze'].map((kind) => store.inspectDocuments?.(kind)))
      const count = looks.reduce((sum, look) => sum + (look?.untrusted.size ?? 0), 0)
      return [...(chain ? findingsOf(chain, keys) : []), ...(count > 0 ? [untrustedDocuments(count)] : [])]
    } catch (error) {
      if (error instanceof RedisError && error.code === 'NOPERM') return []
      throw error
    }
  },
}

function findingsOf(chain: AuditChain, keys: DoctorContext['keys']): Finding[] {
  const { breaks, lines, signed, leftBehind } = chain
  return [
    ...breaks.map(({ kind, at, message }) =>
      problem({
        code: `audit-${kind}`,
        message: `The audit trail is not what Zenith wrote: ${message}${at === null ? '' : ` (${at})`}`,
        advice: `Find out who can write ${keys.own}*, and give only Zenith that right: docs/operations.md, "Audit trail".`,
      }),
    ),
    ...(breaks.length === 0 && lines > 0
      ? [ok({ code: 'audit-whole', message: `The audit trail is intact: ${lines} lines${signed ? ', signed' : ''}.` })]
      : []),
    ...(lines > 0 && !signed
      ? [
          hint({
            code: 'audit-unsigned',
            message: 'Without the token the doctor can’t tell whether someone rewrote the audit trail.',
            advice: 'Set the same QUASAR_TOKEN here as in Zenith.',
          }),
        ]
      : []),
    ...(leftBehind > 0 ? [leftBehindFinding(leftBehind, keys)] : []),
  ]
}

function leftBehindFinding(count: number, keys: DoctorContext['keys']): Finding {
  return hint({
    code: 'audit-left-behind',
    message: `${count} lines are where earlier versions kept the audit trail (${keys.former.audit}) and not part of it.`,
    advice:
      'A Zenith that changes queues moves them at its start. If one has, an earlier version or a reporter has written them since.',
  })
}

function untrustedDocuments(count: number): Finding {
  return problem({
    code: 'kept-untrusted',
    message: `${count} of the schedulers, operations and freezes that Zenith keeps have no valid signature. Zenith ignores them.`,
    advice: 'The page names them under "Activity". Their writer has Zenith’s rights but not its token.',
  })
}
