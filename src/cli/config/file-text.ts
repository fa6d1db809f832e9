import { codeOf, readBounded } from '../arguments/bounded-file.js'
import { wrongUse } from '../arguments/command.js'

const MAX_BYTES = 1_000_000

/** @returns the text of a configuration file, without its byte order mark. @throws Problem that names the file */
export function fileText(file: string): string {
  const bytes = contentOf(file)
  if (bytes === null) throw wrongUse(`${file} is larger than 1 MB.`)
  const text = decoded(bytes)
  if (text === null) throw wrongUse(`${file} is no text in UTF-8.`)
  if (text.trim() === '') throw wrongUse(`${file} is empty.`)
  return text
}

function contentOf(file: string): Buffer | null {
  try {
    return readBounded(file, MAX_BYTES)
  } catch (error) {
    throw wrongUse(`${file} can't be read (${codeOf(error)}).`)
  }
}

function decoded(bytes: Buffer): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return text.includes('\0') ? null : text
  } catch {
    return null
  }
}
