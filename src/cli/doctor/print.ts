import type { Finding, Level } from './finding.js'

const NARROW = 10
const PLURAL: Readonly<Record<Level, string>> = { problem: 'problems', hint: 'hints', ok: 'ok' }

/** For people: the worst first, each with its advice. */
export function textOf(findings: readonly Finding[]): string {
  return [...findings.flatMap(linesOf), '', totalOf(findings)].join('\n')
}

function linesOf({ level, subject, message, advice }: Finding): string[] {
  const line = `${level.padEnd(NARROW)}${clean(subject)}: ${clean(message)}`
  return advice === null ? [line] : [line, `${' '.repeat(NARROW)}→ ${clean(advice)}`]
}

/** Names come from Redis, where any program may have written: they must not move a terminal's cursor. */
function clean(text: string): string {
  return text.replace(/\p{C}/gu, '�')
}

function totalOf(findings: readonly Finding[]): string {
  const counts = (['problem', 'hint'] as const).map((level) => {
    const count = findings.filter((finding) => finding.level === level).length
    return `${count} ${count === 1 ? level : PLURAL[level]}`
  })
  return `${counts.join(', ')}.`
}
