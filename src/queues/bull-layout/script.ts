import { createHash } from 'node:crypto'
import type { Connection } from '../../redis/connection.js'
import type { Reply } from '../../redis/send.js'
import { send } from '../../redis/send.js'

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

  /** @returns null where scripts are denied: the caller has a slower way */
  async run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<Reply | null> {
    if (this.#isDenied) return null
    const [reply] = await send(this.#connection, [['evalsha', script.sha, keys.length, ...keys, ...args]])
    const isUnknown = reply?.error?.code === 'NOSCRIPT'
    const [answer] = isUnknown
      ? await send(this.#connection, [['eval', script.text, keys.length, ...keys, ...args]])
      : [reply]
    if (!answer?.error || !isDenial(answer.error)) return answer ?? null
    this.#isDenied = true
    return null
  }
}

function isDenial({ code, message }: { code: string; message: string }): boolean {
  return code === 'NOPERM' || /unknown (redis )?command|not allowed|undeclared/i.test(message)
}
