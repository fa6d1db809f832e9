import { Problem } from '../arguments/command.js'
import type { Complain, FileProblem } from './tree.js'

const MAX_SHOWN = 20
/** How many are counted. */
const MAX_PROBLEMS = 1_000

/** All problems of a configuration file, one on each line. */
export class ConfigError extends Problem {
  readonly file: string
  readonly problems: readonly FileProblem[]

  constructor(file: string, problems: readonly FileProblem[]) {
    super(textOf(file, problems), 2)
    this.file = file
    this.problems = problems
  }
}

function textOf(file: string, problems: readonly FileProblem[]): string {
  const [only, ...others] = problems.map((problem) => lineOf(file, problem))
  if (only !== undefined && others.length === 0) return only
  const lines = problems.slice(0, MAX_SHOWN).map((problem) => `  ${lineOf(file, problem)}`)
  const rest = problems.length - lines.length
  const orMore = problems.length === MAX_PROBLEMS ? ' or more' : ''
  return [
    `${file} has ${problems.length}${orMore} problems:`,
    ...lines,
    ...(rest > 0 ? [`  and ${rest} more.`] : []),
  ].join('\n')
}

/** `zenith.yaml:12:5 clusters[1].redis takes …` */
function lineOf(file: string, { at, field, message }: FileProblem): string {
  return `${file}:${at.line}:${at.column} ${field === null ? '' : `${field} `}${message.replace(/([^.?])$/, '$1.')}`
}

/** Collects problems. `end` throws those that were found, in the order of the file. */
export function complaints(file: string): { readonly complain: Complain; readonly end: () => void } {
  const problems: FileProblem[] = []
  return {
    complain(at, field, message) {
      if (problems.length < MAX_PROBLEMS) problems.push({ at, field, message })
    },
    end() {
      if (problems.length === 0) return
      const sorted = problems.toSorted(({ at: a }, { at: b }) => a.line - b.line || a.column - b.column)
      throw new ConfigError(file, sorted)
    },
  }
}
