/** One of the things that `quasar` does. */
export interface Command {
  readonly summary: string
  readonly help: string
  /** @throws Problem */
  run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void>
}

/** Ends the command with one line on stderr. */
export class Problem extends Error {
  readonly exitCode: 1 | 2

  /** @param exitCode 2: the command was called wrongly; 1: it could not do its work */
  constructor(message: string, exitCode: 1 | 2) {
    super(message)
    this.exitCode = exitCode
  }
}

export function wrongUse(message: string): Problem {
  return new Problem(message, 2)
}
