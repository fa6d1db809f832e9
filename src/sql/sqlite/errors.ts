/** Primary result codes of SQLite. */
const BUSY = 5
const READ_ONLY = 8
const CORRUPT = 11
const FULL = 13
const CAN_NOT_OPEN = 14
const NOT_A_DATABASE = 26

/** `node:sqlite` has an `errcode`, libsql a `rawCode`, and one in the text when it can't open a file. */
function codeOf(error: unknown): number | null {
  const { errcode, rawCode, message } = (error ?? {}) as { errcode?: unknown; rawCode?: unknown; message?: unknown }
  const code = errcode ?? rawCode ?? /ConnectionFailed\(.*: (\d+)"\)/.exec(String(message))?.[1]
  return code === undefined ? null : Number(code) & 0xff
}

/** On a file system that is read-only, making a folder with those above it ends with ENOENT. */
const UNWRITABLE: ReadonlySet<string> = new Set(['EACCES', 'EROFS', 'EPERM', 'ENOENT'])

/** Whether the file itself is damaged. */
export function isDamage(error: unknown): boolean {
  const code = codeOf(error)
  return code === CORRUPT || code === NOT_A_DATABASE
}

export function isBusy(error: unknown): boolean {
  return codeOf(error) === BUSY
}

/**
 * An error with what to do. SQL and values, which may be personal, are not in SQLite's own messages.
 *
 * @param name of what is in the directory: `archive`, `database of users`
 */
export function readable(error: unknown, dir: string, name: string): Error {
  const code = codeOf(error)
  const system = (error as NodeJS.ErrnoException | null)?.code
  if (code === FULL || system === 'ENOSPC') return failure(`The disk of the ${name} in ${dir} is full.`, error)
  if (code === READ_ONLY || code === CAN_NOT_OPEN || UNWRITABLE.has(system ?? ''))
    return failure(`The ${name} can't be written: ${dir} and its files must be writable for this process.`, error)
  if (code === BUSY) return failure(`Another program holds a file of the ${name} in ${dir}.`, error)
  return error instanceof Error ? error : new Error(String(error))
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function failure(message: string, cause: unknown): Error {
  return new Error(message, { cause })
}

/** What SQLite would answer when it reads the file. */
export function damaged(file: string): Error {
  return Object.assign(new Error(`${file} is damaged`), { errcode: CORRUPT })
}
