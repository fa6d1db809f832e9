/** A command of `quasar`. */
export interface Command {
  readonly summary: string
  readonly help: string
  /** @throws Problem */
  run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void>
}

/** Ends the command with one line on stderr. */
export class Problem extends Error {
  readonly exitCode: 1 | 2

  /** @param exitCode 2: invalid usage; 1: the command failed */
  constructor(message: string, exitCode: 1 | 2) {
    super(message)
    this.exitCode = exitCode
  }
}

export function wrongUse(message: string): Problem {
  return new Problem(message, 2)
}
