import type { Command } from '../../../redis/client.js'
import { asText } from '../../../redis/replies.js'
import type { DoctorContext } from '../context.js'
import { type Check, type Finding, hint, ok, problem } from '../finding.js'
import { neededCommands, ownWrites, ROLES, type Role } from '../needed-rights.js'

const PURPOSE: Readonly<Record<Role, string>> = {
  reporter: 'report',
  queues: 'report queues',
  zenith: 'show the page',
  operator: 'change queues in the page',
}

/** Whether this user may send Quasar's commands, to the keys that it uses. */
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
            ok({ code: 'redis-rights', message: `This user can ${complete.map((role) => PURPOSE[role]).join(', ')}.` }),
          ]),
      ...roles.flatMap((role) => findingOf(context, role, lacks.get(role) ?? [], isUseless)),
      ...(await tooWide(context, complete)),
    ]
  },
}

/**
 * Reports a user that can write Zenith's own data without needing to: anyone who gets hold of the app could forge the audit trail. Without
 * a stated role, a user with all rights is accepted: on a developer's machine it is the only one.
 */
async function tooWide(context: DoctorContext, complete: readonly Role[]): Promise<Finding[]> {
  const { keys, role } = context
  if (complete.length === 0 || (role !== null ? role === 'operator' : complete.includes('operator'))) return []
  const writes = ownWrites(keys)
  const lacks = await lackingOf(context, writes)
  const denied = new Set(lacks.map(({ command }) => command))
  const allowed = [...new Set(writes.map(([name]) => name))].filter((name) => !denied.has(name))
  if (allowed.length === 0) return []
  return [
    hint({
      code: 'redis-rights-too-wide',
      message: `This user should only ${PURPOSE[role ?? complete[0] ?? 'reporter']}, but can write Zenith’s own data: ${allowed.join(', ')} on ${keys.own}*.`,
      advice:
        'Anyone who gets its password can forge the audit trail and paused schedulers. Give it only the keys and commands of the rule in ' +
        `docs/operations.md, "Redis user": for a reporter ~${keys.prefix}* and the keys of its queues.`,
    }),
  ]
}

function patternOf({ own, prefix }: DoctorContext['keys'], key: string): string {
  return `~${key.startsWith(own) ? own : prefix}*`
}

/** A user with one role is fine; one that has none is not. */
function findingOf({ keys }: DoctorContext, role: Role, lacks: readonly Lack[], isUseless: boolean): Finding[] {
  if (lacks.length === 0) return []
  const rules = new Set(lacks.map(({ command, key }) => (key === null ? `+${command}` : patternOf(keys, key))))
  const denied = lacks.map(({ command, key }) => (key === null ? command : `${command} on its keys`))
  const code = `redis-rights-${role}`
  const message = `This user can’t ${PURPOSE[role]}: it lacks ${[...new Set(denied)].join(', ')}.`
  const advice = `If it should: ACL SETUSER <user> ${[...rules].join(' ')}. docs/operations.md has the whole rule, "Redis user".`
  return [isUseless ? problem({ code, message, advice }) : hint({ code, message, advice })]
}

/** A missing right, as an ACL rule would grant it: `+zadd`, `~gravito:quasar:*`. */
export interface Lack {
  readonly command: string
  /** Null when the command is missing, not the key. */
  readonly key: string | null
}

/**
 * Which of these commands the user may not send. Redis 7 reports it by ACL DRYRUN, if the user may call it; otherwise the commands are
 * sent, which is why they must be harmless. A refusal then leaves a line in Redis' ACL LOG.
 */
export async function lackingOf(context: DoctorContext, commands: readonly Command[]): Promise<readonly Lack[]> {
  const refusals = (await dryRun(context, commands)) ?? (await trial(context, commands))
  const lacks = commands.flatMap((command, index): Lack[] => {
    const refusal = refusals[index] ?? null
    if (refusal === null) return []
    return [{ command: command[0], key: /\bkeys?\b/.test(refusal) ? String(command[1]) : null }]
  })
  return [...new Map(lacks.map((lack) => [JSON.stringify(lack), lack])).values()]
}

/** Null when Redis does not know DRYRUN, or this user may not call it. */
async function dryRun(context: DoctorContext, commands: readonly Command[]): Promise<(string | null)[] | null> {
  const user = await context.ask('acl', 'whoami')
  const name = asText(user.value)
  if (name === null) return null
  const replies = await context.askAll(commands.map((command) => ['acl', 'dryrun', name, ...command]))
  if (replies.some((reply) => reply.error)) return null
  return replies.map(({ value }) => (asText(value) === 'OK' ? null : (asText(value) ?? '')))
}

async function trial(context: DoctorContext, commands: readonly Command[]): Promise<(string | null)[]> {
  const replies = await context.askAll(commands)
  return replies.map(({ error }) => (error?.code === 'NOPERM' ? error.message : null))
}
