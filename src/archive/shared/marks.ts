import { storableText } from './texts.js'

/** `code` of the error about a mark that is none. */
const BAD_MARK = 'bad_mark'

/** A value of a mark: what the last item of a page is ordered by. */
type Part = string | number

/** The mark of a page's last item, for URLs. */
export function markOf(parts: readonly Part[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

/**
 * @param kinds of the parts, in order
 * @returns null for the first page
 * @throws when it is no mark of such a page
 */
export function readMark<const K extends readonly ('string' | 'number')[]>(
  mark: string | null | undefined,
  kinds: K,
): { [I in keyof K]: K[I] extends 'string' ? string : number } | null {
  if (mark === null || mark === undefined) return null
  const parts = parse(mark)
  if (!Array.isArray(parts) || parts.length !== kinds.length || parts.some((part, i) => !isPart(part, kinds[i])))
    throw Object.assign(new Error('The archive takes "next" of a page as "after", and nothing else'), {
      code: BAD_MARK,
    })
  return parts as { [I in keyof K]: K[I] extends 'string' ? string : number }
}

/** What no database stores is in no mark of ours. */
function isPart(part: unknown, kind: 'string' | 'number' | undefined): boolean {
  if (typeof part === 'number') return kind === 'number' && Number.isFinite(part)
  return typeof part === 'string' && kind === 'string' && storableText(part) === part
}

function parse(mark: string): unknown {
  try {
    return JSON.parse(Buffer.from(mark, 'base64url').toString())
  } catch {
    return null
  }
}
