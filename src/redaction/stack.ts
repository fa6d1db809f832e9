import { cut } from '../protocol/read.js'
import { MASK, maskMessage, maskSecrets } from './secrets.js'
import { maskedWithin } from './within.js'

/** Longest text before the message in the first line of a stack: the error's name and its code. */
const MAX_LABEL_CHARS = 500

/** Names of functions have fewer digits. */
const MIN_RANDOM_DIGITS = 4
const MIN_RANDOM_CHARS = 32

/** The end of a frame's line, as V8 and Bun write it. */
const FRAME_END = /(?::\d{1,9}\)?|<anonymous>\)?|\((?:native|native code|index \d{1,9})\))$/

/** Limits in characters. */
export interface StackLimits {
  readonly message: number
  readonly stack: number
}

/**
 * Masks a stack and bounds it. A stack repeats the messages of the error and of its causes, which {@link maskMessage} masks; in frames only
 * secrets of a known format are masked, because paths look random, too.
 *
 * @param message the error's own message, which may have lines that look like frames; a long one leaves room for the frames
 */
export function maskStack(stack: string, message: string, limits: StackLimits): string {
  const at = placeOf(message, stack)
  if (at < 0) return maskedWithin(stack, limits.stack, maskLines)
  const rest = maskedWithin(stack.slice(at + message.length), limits.stack, maskLines)
  const masked = maskMessage(stack.slice(0, at)) + boundedMessage(message, limits.message) + rest
  return cut(masked, limits.stack)
}

/** Masks a message and cuts it to its limit. */
export function boundedMessage(text: string, maxChars: number): string {
  return maskedWithin(text, maxChars)
}

/** The position of the message at the beginning of a stack; -1 if the stack has another one, or begins without it. */
function placeOf(message: string, stack: string): number {
  if (message === '') return -1
  const at = stack.slice(0, MAX_LABEL_CHARS + message.length).indexOf(message)
  if (at < 0 || stack.slice(0, at).includes('\n')) return -1
  const [before, after] = [stack[at - 1], stack[at + message.length]]
  // A part of a longer word does not count as the message: the rest of the word would be masked differently without it.
  const isWhole = (before === undefined || /\s/.test(before)) && (after === undefined || after === '\n')
  return isWhole ? at : -1
}

function maskLines(text: string): string {
  const blocks: { readonly isFrame: boolean; readonly lines: string[] }[] = []
  for (const line of text.split('\n')) {
    const isFrame = isFrameLine(line)
    const last = blocks.at(-1)
    if (last?.isFrame === isFrame) last.lines.push(line)
    else blocks.push({ isFrame, lines: [line] })
  }
  return blocks.map(({ isFrame, lines }) => (isFrame ? maskFrames(lines) : maskMessage(lines.join('\n')))).join('\n')
}

/** Any other line is text, even if it begins with `at`. */
function isFrameLine(line: string): boolean {
  if (!/^\s{1,20}at /.test(line)) return false
  return FRAME_END.test(line.slice(-40)) || (line.endsWith('))') && line.includes('(eval at '))
}

/** A line of a message may look like a frame; no function has a name like that. */
function maskFrames(lines: readonly string[]): string {
  return maskSecrets(lines.map(maskFunction).join('\n'))
}

function maskFunction(frame: string): string {
  const end = Math.max(0, frame.lastIndexOf(' ('))
  const name = frame.slice(0, end).replace(/[\w+=-]+/g, (word) => (hasManyDigits(word) ? MASK : word))
  return name + frame.slice(end)
}

function hasManyDigits(word: string): boolean {
  return word.length >= MIN_RANDOM_CHARS && word.replace(/\D/g, '').length >= MIN_RANDOM_DIGITS
}
