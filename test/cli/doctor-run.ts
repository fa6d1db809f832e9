import { run } from './command.js'

export interface Finding {
  readonly level: 'problem' | 'hint' | 'ok'
  readonly code: string
  readonly subject: string
  readonly message: string
  readonly advice: string | null
}

export interface Diagnosis {
  readonly exitCode: number | null
  readonly raw: string
  readonly ok: boolean
  readonly redis: string
  readonly findings: readonly Finding[]
  readonly services: readonly Record<string, unknown>[]
  /** Of one code; throws when there is none. */
  of(code: string): Finding
  /** Codes of everything that is not well. */
  readonly wrong: readonly string[]
}

/** Runs `quasar doctor --json`. */
export async function diagnose(url: string, ...args: readonly string[]): Promise<Diagnosis> {
  const { code, stdout, stderr } = await run(['doctor', '--json', '--redis', url, ...args])
  if (stderr !== '') throw new Error(stderr)
  const answer = JSON.parse(stdout) as Pick<Diagnosis, 'ok' | 'redis' | 'findings' | 'services'>
  return {
    ...answer,
    exitCode: code,
    raw: stdout,
    wrong: answer.findings.filter(({ level }) => level !== 'ok').map((finding) => finding.code),
    of(wanted) {
      const found = answer.findings.find((finding) => finding.code === wanted)
      if (!found) throw new Error(`No finding ${wanted} in ${stdout}`)
      return found
    },
  }
}
