import { wordsOf } from '../errors/describe-error.js'

/** One source of figures. A factory gives one, or null where the runtime or the system has no such thing. */
export interface Probe<F> {
  /** Synchronous and cheap: the figures since the last call. */
  collect(): F
  /** Reads what must be read off the loop, for the next `collect()`. */
  prepare?(): Promise<void>
  stop?(): void
}

export type OnFault = (probe: string, error: Error) => void

/** Runs the parts of one probe; the first failure is told, all later ones are silent. */
export interface Guard {
  /** @returns what `part` returns, or `otherwise` when it throws */
  run<T, O>(part: () => T, otherwise: O): T | O
  /** Never rejects. */
  settle(part: () => Promise<void>): Promise<void>
}

export function guard(name: string, onFault: OnFault): Guard {
  let isKnown = false
  const fault = (thrown: unknown) => {
    if (isKnown) return
    isKnown = true
    try {
      onFault(name, thrown instanceof Error ? thrown : new Error(wordsOf(thrown)))
    } catch {
      // Whoever is told can't be told that they failed.
    }
  }
  return {
    run(part, otherwise) {
      try {
        return part()
      } catch (thrown) {
        fault(thrown)
        return otherwise
      }
    },
    async settle(part) {
      try {
        await part()
      } catch (thrown) {
        fault(thrown)
      }
    },
  }
}
