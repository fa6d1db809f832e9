/** Limits of one value in a reply of Redis, and of all values of one reply, in bytes. */
export const MAX_VALUE_BYTES = 32 * 1_048_576
export const MAX_REPLY_BYTES = 64 * 1_048_576

const CR = 13
const LF = 10
const [DOLLAR, STAR] = [36, 42]
/** The longest line with a length, a simple text or an error, in bytes. */
const MAX_LINE = 65_536

/**
 * Removes values that are too large from Redis' replies (RESP 2) while they arrive; no part of them is buffered. An error, `TOOLARGE`,
 * replaces each, and concerns that value alone.
 */
export class ReplyFilter {
  readonly #maxValue: number
  readonly #maxReply: number
  /** An incomplete line. */
  #line: Buffer | null = null
  /** Bytes of a value, and of the line end after it, that have not arrived yet. */
  #pending = 0
  #isDropping = false
  /** Number of missing elements in each open array, the outermost first. */
  #open: number[] = []
  /** Size of the values in the current reply. */
  #replyBytes = 0
  #dropped = 0

  constructor(maxValue: number = MAX_VALUE_BYTES, maxReply: number = MAX_REPLY_BYTES) {
    this.#maxValue = maxValue
    this.#maxReply = maxReply
  }

  /** Number of removed values. */
  get dropped(): number {
    return this.#dropped
  }

  /** @returns the remaining parts of a chunk, in order; usually the chunk itself */
  pass(chunk: Buffer): Buffer[] {
    const passage = new Passage(chunk)
    while (!passage.isOver) {
      if (this.#pending > 0) this.#passValue(passage)
      else this.#passLine(passage)
    }
    return passage.end()
  }

  #passValue(passage: Passage): void {
    const length = Math.min(this.#pending, passage.left)
    if (this.#isDropping) passage.drop(length)
    else passage.keep(length)
    this.#pending -= length
    if (this.#pending === 0) this.#endValue()
  }

  /** A line is passed on only when it is complete. */
  #passLine(passage: Passage): void {
    const { part, isWhole } = passage.line()
    const before = this.#line
    const line = before ? Buffer.concat([before, part]) : part
    if (!isWhole && line.length < MAX_LINE) {
      passage.drop(part.length)
      this.#line = Buffer.from(line)
      return
    }
    this.#line = null
    if (this.#readLine(line)) passage.replace(part.length, TOO_LARGE)
    else if (before) passage.replace(part.length, line)
    else passage.keep(part.length)
  }

  /** @returns whether the value that follows the line is removed */
  #readLine(line: Buffer): boolean {
    const kind = line[0]
    if (kind === STAR) {
      this.#beginList(lengthOf(line))
      return false
    }
    if (kind !== DOLLAR) {
      this.#endElement()
      return false
    }
    const length = lengthOf(line)
    if (length < 0) {
      this.#endElement()
      return false
    }
    this.#pending = length + 2
    this.#isDropping = length > this.#maxValue || this.#replyBytes + length > this.#maxReply
    if (this.#isDropping) this.#dropped += 1
    else this.#replyBytes += length
    return this.#isDropping
  }

  #beginList(length: number): void {
    if (length > 0) this.#open.push(length)
    else this.#endElement()
  }

  #endValue(): void {
    this.#isDropping = false
    this.#endElement()
  }

  #endElement(): void {
    while (this.#open.length > 0) {
      const last = this.#open.length - 1
      const left = (this.#open[last] as number) - 1
      if (left > 0) {
        this.#open[last] = left
        return
      }
      this.#open.pop()
    }
    this.#replyBytes = 0
  }
}

/** Iterates over one chunk and keeps the remaining parts in as few buffers as possible. */
class Passage {
  readonly #chunk: Buffer
  readonly #kept: Buffer[] = []
  #from = 0
  #position = 0

  constructor(chunk: Buffer) {
    this.#chunk = chunk
  }

  get isOver(): boolean {
    return this.#position >= this.#chunk.length
  }

  get left(): number {
    return this.#chunk.length - this.#position
  }

  /** Reads to the end of the line or of the chunk. */
  line(): { readonly part: Buffer; readonly isWhole: boolean } {
    const end = this.#chunk.indexOf(LF, this.#position)
    return { part: this.#chunk.subarray(this.#position, end < 0 ? undefined : end + 1), isWhole: end >= 0 }
  }

  keep(length: number): void {
    this.#position += length
  }

  drop(length: number): void {
    if (this.#position > this.#from) this.#kept.push(this.#chunk.subarray(this.#from, this.#position))
    this.#position += length
    this.#from = this.#position
  }

  replace(length: number, other: Buffer): void {
    this.drop(length)
    this.#kept.push(other)
  }

  end(): Buffer[] {
    this.drop(0)
    return this.#kept
  }
}

const TOO_LARGE = Buffer.from('-TOOLARGE the value is larger than Zenith loads\r\n')

/** `$12`, `*3`; -1 for null. */
function lengthOf(line: Buffer): number {
  const end = line.at(-2) === CR ? line.length - 2 : line.length - 1
  return Number(line.toString('latin1', 1, end))
}

/** The part of a socket's interface that is used here. */
interface Arriving {
  listeners(event: 'data'): unknown[]
  removeListener(event: 'data', listener: (chunk: Buffer) => void): unknown
  on(event: 'data', listener: (chunk: Buffer) => void): unknown
}

/** Inserts a filter between a client's socket and its current listeners. */
export function filterReplies(socket: Arriving, filter = new ReplyFilter()): ReplyFilter {
  for (const listener of socket.listeners('data') as ((chunk: Buffer) => void)[]) {
    socket.removeListener('data', listener)
    socket.on('data', (chunk) => {
      for (const part of filter.pass(chunk)) listener.call(socket, part)
    })
  }
  return filter
}
