/** Limits of one value in a reply of Redis, and of all values of one reply, in bytes. */
export const MAX_VALUE_BYTES = 32 * 1_048_576
export const MAX_REPLY_BYTES = 64 * 1_048_576

const LF = 10
const [DOLLAR, STAR, MINUS, ZERO] = [36, 42, 45, 48]
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
    const { length, isWhole } = passage.line()
    if (isWhole && !this.#line) {
      const { chunk, position } = passage
      if (this.#readLine(chunk, position, position + length)) passage.replace(length, TOO_LARGE)
      else passage.keep(length)
    } else this.#passParts(passage, length, isWhole)
  }

  /** A line of which a chunk has only a part. */
  #passParts(passage: Passage, length: number, isWhole: boolean): void {
    const { chunk, position } = passage
    const part = chunk.subarray(position, position + length)
    const line = this.#line ? Buffer.concat([this.#line, part]) : Buffer.from(part)
    if (!isWhole && line.length < MAX_LINE) {
      passage.drop(length)
      this.#line = line
      return
    }
    this.#line = null
    const isDropped = this.#readLine(line, 0, line.length)
    passage.replace(length, isDropped ? TOO_LARGE : line)
  }

  /** @returns whether the value that follows the line is removed */
  #readLine(bytes: Buffer, from: number, end: number): boolean {
    const kind = bytes[from]
    if (kind === STAR) {
      this.#beginList(lengthOf(bytes, from, end))
      return false
    }
    if (kind !== DOLLAR) {
      this.#endElement()
      return false
    }
    const length = lengthOf(bytes, from, end)
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
  readonly chunk: Buffer
  readonly #kept: Buffer[] = []
  #from = 0
  #position = 0

  constructor(chunk: Buffer) {
    this.chunk = chunk
  }

  get position(): number {
    return this.#position
  }

  get isOver(): boolean {
    return this.#position >= this.chunk.length
  }

  get left(): number {
    return this.chunk.length - this.#position
  }

  /** Finds the end of the line or of the chunk. A view of each line would cost more than the rest of the filter. */
  line(): { readonly length: number; readonly isWhole: boolean } {
    const end = this.chunk.indexOf(LF, this.#position)
    return end < 0 ? { length: this.left, isWhole: false } : { length: end + 1 - this.#position, isWhole: true }
  }

  keep(length: number): void {
    this.#position += length
  }

  drop(length: number): void {
    if (this.#position > this.#from) this.#kept.push(this.chunk.subarray(this.#from, this.#position))
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
function lengthOf(bytes: Buffer, from: number, end: number): number {
  let length = 0
  for (let place = from + 1; place < end; place++) {
    const digit = (bytes[place] as number) - ZERO
    if (digit >= 0 && digit <= 9) length = 10 * length + digit
    else if (bytes[place] === MINUS) return -1
    else break
  }
  return length
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
