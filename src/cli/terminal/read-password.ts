import type { ReadStream, WriteStream } from 'node:tty'
import { Problem } from '../arguments/command.js'

type Input = NodeJS.ReadStream & Partial<Pick<ReadStream, 'setRawMode'>>

/** Prompts twice at a terminal, without showing the input; from a pipe it reads everything but the last line break. */
export async function readPassword(input: Input, output: Pick<WriteStream, 'write'>): Promise<string> {
  if (!input.isTTY) return (await readAll(input)).replace(/\r?\n$/, '')
  const keys = keysOf(input)
  input.setRawMode(true)
  try {
    const password = await readLine(keys, 'Password: ', output)
    if ((await readLine(keys, 'Again: ', output)) !== password) throw new Problem('the passwords differ.', 1)
    return password
  } finally {
    input.setRawMode(false)
    input.pause()
  }
}

async function readAll(input: Input): Promise<string> {
  input.setEncoding('utf8')
  let text = ''
  for await (const part of input) text += part
  return text
}

async function* keysOf(input: Input): AsyncGenerator<string, void> {
  input.setEncoding('utf8')
  for await (const part of input) yield* part as string
}

async function readLine(keys: AsyncGenerator<string, void>, prompt: string, output: Pick<WriteStream, 'write'>) {
  output.write(prompt)
  const typed: string[] = []
  for (let key = await keys.next(); !key.done && !'\r\n'.includes(key.value); key = await keys.next()) {
    // Ctrl-C and Ctrl-D, which a terminal in raw mode passes on unchanged.
    if (key.value === '\u0003' || key.value === '\u0004') throw new Problem('no password given.', 1)
    if (key.value === '\u007f' || key.value === '\b') typed.pop()
    else typed.push(key.value)
  }
  output.write('\n')
  return typed.join('')
}
