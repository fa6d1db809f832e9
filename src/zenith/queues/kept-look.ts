import type { Commands, KeptLook } from '../../ports/index.js'

/** What is kept of a kind, of any store. Rejects when the store does not answer. @param ids of those alone */
export async function lookAt(
  commands: Pick<Commands, 'kept' | 'lookAtKept'>,
  kind: string,
  ids?: readonly string[],
): Promise<KeptLook> {
  const look = await commands.lookAtKept?.(kind, ids)
  return look ?? { documents: await commands.kept(kind, ids), untrusted: new Map(), leftOut: 0 }
}
