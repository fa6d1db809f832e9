import { createHash } from 'node:crypto'
import type { Connection } from '../../redis/connection.js'
import type { RedisError } from '../../redis/errors.js'
import { type Reply, send } from '../../redis/send.js'
import { orThrow } from '../shared/redis.js'

/** A Lua script and what Redis knows it by. */
export interface Script {
  readonly text: string
  readonly sha: string
}

export function scriptOf(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}

/** Runs scripts by their hash, and remembers where none may run. */
export class ScriptRunner {
  readonly #connection: Connection
  #isDenied = false

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** @returns null where scripts are denied, all or those with these keys: the caller has a slower way */
  async run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<Reply | null> {
    if (this.#isDenied) return null
    const answer = await this.#send(script, keys, args)
    if (!answer?.error) return answer ?? null
    if (isDenial(answer.error)) this.#isDenied = true
    // Who may only read keys may not give them to a script; and single commands tell which right is missing.
    return this.#isDenied || isMissing(answer.error) ? null : answer
  }

  /** For what has no slower way. @throws RedisError, also when scripts are denied */
  async change(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return orThrow(await this.#send(script, keys, args))
  }

  async #send(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<Reply | undefined> {
    const [reply] = await send(this.#connection, [['evalsha', script.sha, keys.length, ...keys, ...args]])
    if (reply?.error?.code !== 'NOSCRIPT') return reply
    const [answer] = await send(this.#connection, [['eval', script.text, keys.length, ...keys, ...args]])
    return answer
  }
}

/** What a script may not do, or what no such server does: a script is refused whole, where single commands tell what is missing. */
function isMissing({ code }: RedisError): boolean {
  return code === 'NOPERM' || code === 'NOCMD'
}

/** What names EVAL: other servers say "command 'eval' is not allowed". */
const ABOUT_EVAL = /\beval(sha)?\b/i
/** Servers that want every key to be declared refuse a script whatever it does. */
const UNDECLARED = /undeclared/i

/**
 * Whether Redis runs no scripts for this user, or none like these. What it refuses to a script that it runs, a key or a
 * command that the user has no right to, or any change while its memory is full, it refuses without a script as well.
 */
function isDenial({ code, message }: RedisError): boolean {
  if (UNDECLARED.test(message)) return true
  const isRefusal = code === 'NOPERM' || code === 'NOCMD' || /unknown (redis )?command|not allowed/i.test(message)
  return isRefusal && ABOUT_EVAL.test(message)
}

/**
 * Everything that a tick needs of many queues, in one call. ARGV: what the queues' keys begin with. Answers the server's
 * time, then one list for each queue, or the error that it met.
 *
 * @param read Lua that defines a function `read(base)` which answers a list, the last of it the waiting jobs to ask how long
 * they wait
 */
export function countsScriptOf(read: string): Script {
  return scriptOf(`
local call = redis.call
local time = call('TIME')
${read}
local answer = { string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)) }
for index, base in ipairs(ARGV) do
  local isRead, counts = pcall(read, base)
  if not isRead then counts = type(counts) == 'table' and counts.err or tostring(counts) end
  answer[index + 1] = counts
end
return answer
`)
}
