import { performance } from 'node:perf_hooks'
import type { Debts, Logger } from '../../../ports/index.js'

/** A lock-out is over when nobody ran into it for so long, ms. */
const OVER_AFTER_MS = 10 * 60_000
const MAX_REMEMBERED = 1_000
/** How many lines of all kinds are written in {@link OVER_AFTER_MS}: a guesser with many addresses fills no disk. */
const MAX_LINES = 50

/** Tells of each lock-out once, whichever of the Zeniths of a store it happens in and however many guesses run into it. */
export function lockouts(owe: Debts['owe'], logger: Logger | undefined) {
  /** When the last guess ran into each, `performance.now()`. */
  const last = new Map<string, number>()
  let lines = 0
  let since = performance.now()

  function isNew(name: string): boolean {
    const now = performance.now()
    const before = last.get(name)
    last.delete(name)
    last.set(name, now)
    if (last.size > MAX_REMEMBERED) last.delete(last.keys().next().value as string)
    return before === undefined || now - before > OVER_AFTER_MS
  }

  function note(line: string): void {
    const now = performance.now()
    if (now - since > OVER_AFTER_MS) {
      since = now
      lines = 0
    }
    lines += 1
    if (lines <= MAX_LINES) logger?.warn(line)
    else if (lines === MAX_LINES + 1)
      logger?.warn('Zenith: more wrong log-ins than are written down; the next lines in ten minutes')
  }

  return {
    note,
    async lockedOut(name: string, line: string): Promise<void> {
      if (!isNew(name)) return
      const told = `told ${name}`
      const [owed = 0] = await owe([{ name: told, ms: OVER_AFTER_MS }])
      if (owed <= OVER_AFTER_MS) note(line)
      else await owe([{ name: told, ms: -OVER_AFTER_MS }])
    },
  }
}
