/** One of the things that `quasar` does. */
export interface Command {
  readonly summary: string
  readonly help: string
  /** @throws Problem */
  run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void>
}
