import type { UntrustedDocument } from '../../api/audit.js'
import type { KeptLook } from '../../ports/index.js'
import { MAX_MESSAGE_CHARS } from '../../protocol/index.js'
import { cut } from '../../protocol/read.js'

/** Who may write them writes as many as they like. */
const MAX_SHOWN = 100

/** Documents that are kept and not signed as they should be. */
export function untrustedOf(
  kind: UntrustedDocument['kind'],
  { untrusted }: Pick<KeptLook, 'untrusted'>,
): UntrustedDocument[] {
  const shown = [...untrusted].slice(0, MAX_SHOWN)
  return shown.map(([id, doubt]) => ({ kind, id: cut(id, MAX_MESSAGE_CHARS), doubt }))
}
