import { MAX_CHILDREN, MAX_NAME_CHARS } from './limits.js'
import { type Fields, own, readAmount, readList, readNumber, readText } from './read.js'

/** A process that the node started, and that still runs. `null` is unknown. */
export interface ChildFigures {
  pid: number
  /** Program and script without folders and arguments, `node bullmq/main.js`; masked. */
  command: string | null
  /** Cores that it kept busy since the last heartbeat; null at the first. */
  cores: number | null
  /** Resident set size, bytes. */
  rss: number | null
  /** How much `rss` grew within the last hour, or since it was first seen, bytes; negative: shrank. Null in the first ten minutes. */
  grown: number | null
  /** Seconds since its start. */
  age: number | null
}

/** One that ended since the last heartbeat, with its last figures. */
export type EndedChild = Pick<ChildFigures, 'pid' | 'command' | 'age'>

/** The worker processes of a node. */
export interface ChildrenFigures {
  running: readonly ChildFigures[]
  /** How many more run than `running` has. */
  more: number | null
  ended: readonly EndedChild[]
}

export function readChildren(fields: Fields | null): ChildrenFigures | null {
  if (!fields) return null
  return {
    running: readList(fields, 'running', MAX_CHILDREN).flatMap(readChild),
    more: readMore(fields),
    ended: readList(fields, 'ended', MAX_CHILDREN).flatMap(readEnded),
  }
}

/** What is cut off here runs, too. */
function readMore(fields: Fields): number | null {
  const more = readAmount(fields, 'more')
  const running = own(fields, 'running')
  const cut = Array.isArray(running) ? running.length - MAX_CHILDREN : 0
  return cut > 0 ? (more ?? 0) + cut : more
}

function readChild(child: Fields): ChildFigures[] {
  return readEnded(child).map(({ pid, command, age }) => ({
    pid,
    command,
    cores: readAmount(child, 'cores'),
    rss: readAmount(child, 'rss'),
    grown: readNumber(child, 'grown'),
    age,
  }))
}

function readEnded(child: Fields): EndedChild[] {
  const pid = readAmount(child, 'pid')
  if (pid === null) return []
  return [{ pid, command: readText(child, 'command', MAX_NAME_CHARS), age: readAmount(child, 'age') }]
}
