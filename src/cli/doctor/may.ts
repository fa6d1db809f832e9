import type { Command } from '../../redis/client.js'
import { asText } from '../../redis/replies.js'
import type { DoctorContext } from './context.js'

/** A right that is lacking, as an ACL rule would give it: `+zadd`, `~gravito:quasar:*`. */
export interface Lack {
  readonly command: string
  /** Null when it is the command that is lacking, not the key. */
  readonly key: string | null
}

/**
 * Which of these commands the user may not send. Redis 7 says so by ACL DRYRUN, where the user may ask that; otherwise they
 * are sent, which is why they must be harmless. A refusal leaves a line in Redis' ACL LOG then.
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

/** Null when Redis does not know DRYRUN, or this user may not use it. */
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
