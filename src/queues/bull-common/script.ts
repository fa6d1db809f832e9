import { createHash } from 'node:crypto'
import type { Connection } from '../../redis/connection.js'
import type { RedisError } from '../../redis/errors.js'
import { type Reply, send } from '../../redis/send.js'
import { orThrow } from '../shared/redis.js'

/** A Lua script and its hash in Redis. */
export interface Script {
  readonly text: string
  readonly sha: string
}

export function scriptOf(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}

/** Runs scripts by their hash, and remembers whether scripts are denied. */
export class ScriptRunner {
  readonly #connection: Connection
  #isDenied = false

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** @returns null if scripts are denied, all or those with these keys: the caller has a slower way */
  async run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<Reply | null> {
    if (this.#isDenied) return null
    const answer = await this.#send(script, keys, args)
    if (!answer?.error) return answer ?? null
    if (isDenial(answer.error)) this.#isDenied = true
    // A user with read-only access to keys may not pass them to a script; and single commands show which permission is missing.
    return this.#isDenied || isMissing(answer.error) ? null : answer
  }

  /** For actions without a slower way. @throws RedisError, also if scripts are denied */
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

/**
 * A command that is denied to the script, or that the server lacks: the script fails as a whole, while single commands show what is
 * missing.
 */
function isMissing({ code }: RedisError): boolean {
  return code === 'NOPERM' || code === 'NOCMD'
}

/** Names EVAL: other servers report "command 'eval' is not allowed". */
const ABOUT_EVAL = /\beval(sha)?\b/i
/** Servers that require declared keys reject every such script. */
const UNDECLARED = /undeclared/i

/**
 * Whether Redis runs no scripts for this user, or none like these. What it denies to a running script (a key or a command without
 * permission, or any write while its memory is full), it denies without a script as well.
 */
function isDenial({ code, message }: RedisError): boolean {
  if (UNDECLARED.test(message)) return true
  const isRefusal = code === 'NOPERM' || code === 'NOCMD' || /unknown (redis )?command|not allowed/i.test(message)
  return isRefusal && ABOUT_EVAL.test(message)
}

/**
 * Reads everything that one poll needs of many queues, in one call. ARGV: prefixes of the queues' keys. Returns the server's time, then one
 * list per queue, or its error.
 *
 * @param read Lua that defines a function `read(base)`, which returns a list that ends with the waiting jobs whose times to read
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
