import { open, seal } from '../../signing/seal.js'

/** What only the server that sends may know. */
export interface ReceiverSecrets {
  readonly address: string
  readonly secret: string
}

/** For one receiver: the text is of no use for another. */
const contextOf = (id: string) => `alert receiver ${id}`

/** @param key QUASAR_SECRET @returns base64 */
export async function sealSecret(secrets: ReceiverSecrets, key: string, id: string): Promise<string> {
  return (await seal(JSON.stringify(secrets), key, contextOf(id))).toString('base64')
}

/** @returns null if it was sealed with another key, or changed */
export function openSecret(sealed: string, key: string, id: string): ReceiverSecrets | null {
  const text = open(Buffer.from(sealed, 'base64'), [key], contextOf(id))
  if (text === null) return null
  const { address, secret } = JSON.parse(text) as ReceiverSecrets
  return { address: String(address), secret: String(secret) }
}
