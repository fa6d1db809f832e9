import type { DoctorContext } from '../context.js'
import { type Check, type Finding, hint, ok, problem } from '../finding.js'
import { type Lack, lackingOf } from '../may.js'
import { neededCommands, ROLES, type Role } from '../needed-rights.js'

const PURPOSE: Readonly<Record<Role, string>> = {
  reporter: 'report',
  queues: 'report queues',
  zenith: 'show the page',
  operator: 'let people act on queues in the page',
}

/** Whether this user may send what Quasar sends, to the keys that it sends it to. */
export const rights: Check = {
  name: 'rights',
  async run(context) {
    const roles = context.role ? [context.role] : ROLES
    const lacks = new Map<Role, readonly Lack[]>()
    for (const role of roles) lacks.set(role, await lackingOf(context, neededCommands(role, context.keys)))
    const complete = roles.filter((role) => lacks.get(role)?.length === 0)
    const isUseless = complete.length === 0
    return [
      ...(isUseless
        ? []
        : [
            ok({ code: 'redis-rights', message: `This user may ${complete.map((role) => PURPOSE[role]).join(', ')}.` }),
          ]),
      ...roles.flatMap((role) => findingOf(context, role, lacks.get(role) ?? [], isUseless)),
    ]
  },
}

/** A user for one thing only is as it should be; one that is good for nothing is not. */
function findingOf({ keys }: DoctorContext, role: Role, lacks: readonly Lack[], isUseless: boolean): Finding[] {
  if (lacks.length === 0) return []
  const rules = new Set(lacks.map(({ command, key }) => (key === null ? `+${command}` : `~${keys.prefix}*`)))
  const denied = lacks.map(({ command, key }) => (key === null ? command : `${command} on its keys`))
  const code = `redis-rights-${role}`
  const message = `This user may not ${PURPOSE[role]}: it lacks ${[...new Set(denied)].join(', ')}.`
  const advice = `If it is meant to: ACL SETUSER <user> ${[...rules].join(' ')}. The whole rule is in docs/operations.md, "Redis user".`
  return [isUseless ? problem({ code, message, advice }) : hint({ code, message, advice })]
}
