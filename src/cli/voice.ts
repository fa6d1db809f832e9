/** Where a command speaks. */
export interface Voice {
  /** On stdout, unless it is to be quiet. */
  readonly say: (line: string) => void
  /** On stderr. */
  readonly warn: (line: string) => void
}

export function voiceOf(isQuiet: boolean): Voice {
  return {
    say(line) {
      if (!isQuiet) process.stdout.write(`${line}\n`)
    },
    warn(line) {
      process.stderr.write(`${line}\n`)
    },
  }
}
