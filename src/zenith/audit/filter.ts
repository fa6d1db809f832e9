import type { AuditEntry } from '../../api/audit.js'

/** Which lines are wanted. Null: any. */
export interface LineFilter {
  /** Name of the user, in any case. */
  readonly user: string | null
  readonly actions: readonly string[] | null
  /** Key or name of the queue. */
  readonly queue: string | null
  /** A way in, `token deploy`, or its first word, `token`. */
  readonly via: string | null
  /** What the address of the client begins with. */
  readonly address: string | null
  /** Of results: whether all was done. */
  readonly ok: boolean | null
  /** Each of its words is somewhere in the line, in any case. */
  readonly q: string | null
}

export type LineTest = (line: AuditEntry) => boolean

/** Only what an answer shows of a line is searched: nobody finds more than they see. */
export function lineTest({ user, actions, queue, via, address, ok, q }: LineFilter): LineTest {
  const name = user?.toLowerCase()
  const words = wordsOf(q)
  const tests: (LineTest | null)[] = [
    name === undefined ? null : (line) => line.user?.toLowerCase() === name,
    actions && ((line) => actions.includes(line.action)),
    queue === null ? null : (line) => line.queue === queue || line.queueName === queue,
    via === null ? null : (line) => line.via === via || line.via?.startsWith(`${via} `) === true,
    address === null ? null : (line) => line.from?.startsWith(address) === true,
    ok === null ? null : (line) => line.ok === ok,
    words.length === 0 ? null : (line) => hasWords(line, words),
  ]
  const wanted = tests.filter((test) => test !== null)
  return (line) => wanted.every((test) => test(line))
}

/** Whether a filter leaves anything out. */
export function isNarrowing({ q, ...rest }: LineFilter): boolean {
  return wordsOf(q).length > 0 || Object.values(rest).some((value) => value !== null)
}

function wordsOf(q: string | null): readonly string[] {
  return (q ?? '').toLowerCase().split(/\s+/).filter(Boolean)
}

function hasWords(line: AuditEntry, words: readonly string[]): boolean {
  const { user, role, via, from, action, queueName, target, detail } = line
  const texts = [user, role, via, from, action, queueName, target, detail].map((text) => text?.toLowerCase())
  return words.every((word) => texts.some((text) => text?.includes(word)))
}
