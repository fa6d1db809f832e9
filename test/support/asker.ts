import type { ChildProcess } from 'node:child_process'

export type Ask = (command: string, args?: object) => Promise<unknown>

/**
 * Questions to a child process by messages, each with an id by which its answer is known.
 *
 * @param what it is, for the error of those that its end leaves without an answer
 */
export function asker(child: ChildProcess, what: string, output: () => string): Ask {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  let last = 0
  child.on('message', ({ id, value, error }: { id: number; value?: unknown; error?: string }) => {
    if (error === undefined) waiting.get(id)?.resolve(value)
    else waiting.get(id)?.reject(new Error(error))
    waiting.delete(id)
  })
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`${what} ended with code ${code}: ${output()}`))
    waiting.clear()
  })
  return (command, args = {}) =>
    new Promise((resolve, reject) => {
      last += 1
      waiting.set(last, { resolve, reject })
      child.send({ id: last, command, args }, (error) => error && reject(error))
    })
}
