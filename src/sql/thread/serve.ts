import type { MessagePort } from 'node:worker_threads'
import { type Answer, pack, type Request, type ThrownError, unpack } from './messages.js'

/** Does what was asked for. */
export type Call = (method: string, args: readonly unknown[]) => Promise<unknown>

/**
 * Answers what the other side of the port asks for, on the thread that does the work. The port closes after the method `close`.
 *
 * @param onTold gets messages that ask for nothing
 */
export function serve(port: MessagePort, call: Call, onTold: (message: object) => void = () => {}): void {
  port.on('message', async (message: Request | object) => {
    if (!('method' in message)) return onTold(message)
    const answer = await answerTo(message, call)
    port.postMessage(answer, 'result' in answer ? [answer.result.bytes] : [])
    if (message.method === 'close') port.close()
  })
}

async function answerTo({ id, method, args }: Request, call: Call): Promise<Answer> {
  try {
    return { id, result: pack(await call(method, unpack(args) as unknown[])) }
  } catch (error) {
    return { id, error: thrown(error) }
  }
}

function thrown(error: unknown): ThrownError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), code: null }
  const { name, message } = error
  const code = (error as NodeJS.ErrnoException).code
  return { name, message, code: typeof code === 'string' ? code : null }
}
