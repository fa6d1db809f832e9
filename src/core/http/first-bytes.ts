import type { Socket } from 'node:net'

const WRITERS = ['write', 'end'] as const

/**
 * Tells the status that is the first to be written to a connection, and is off again before it is. The answer to an upgrade is
 * written by the libraries themselves: nothing but its bytes says what it is.
 *
 * @param tell must not throw; not called when something else is written
 */
export function onFirstBytes(socket: Socket, tell: (status: number) => void): void {
  const undo = WRITERS.map((name) =>
    stepBefore(socket, name, (chunk) => {
      const status = statusIn(chunk)
      if (status !== null && status < 200 && status !== 101) return
      if (chunk === undefined || typeof chunk === 'function') return
      for (const step of undo) step()
      if (status !== null) tell(status)
    }),
  )
}

/** @returns puts back what was there */
function stepBefore(socket: Socket, name: 'write' | 'end', look: (chunk: unknown) => void): () => void {
  const own = Object.getOwnPropertyDescriptor(socket, name)
  const write = socket[name] as (this: Socket, ...args: unknown[]) => unknown
  let isOff = false
  const value = function (this: Socket, ...args: unknown[]): unknown {
    if (!isOff) look(args[0])
    return write.apply(this, args)
  }
  Object.defineProperty(socket, name, { value, configurable: true, writable: true })
  return () => {
    isOff = true
    // Who has put something in front of it since goes on through it.
    if (socket[name] !== (value as unknown)) return
    if (own) Object.defineProperty(socket, name, own)
    else Reflect.deleteProperty(socket, name)
  }
}

/** `HTTP/1.1 101 …` → 101; null for anything else. */
function statusIn(chunk: unknown): number | null {
  const text = chunk instanceof Uint8Array ? Buffer.from(chunk.subarray(0, 16)).toString('latin1') : chunk
  const found = typeof text === 'string' ? /^HTTP\/1\.[01] (\d{3})/.exec(text) : null
  return found ? Number(found[1]) : null
}
