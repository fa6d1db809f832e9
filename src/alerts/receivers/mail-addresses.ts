/** Of a message. */
const MAX_ADDRESSES = 50
/** Local part, and a domain or the name of a host. Quoted local parts are not taken: they hide a comma. */
const MAIL = /^[^\s@,;:<>"()[\]\\\p{Cc}]{1,64}@[\p{L}\p{N}](?:[\p{L}\p{N}.-]{0,251}[\p{L}\p{N}])?$/u
const NAMED = /^\s*([^<>\p{Cc}]*?)\s*<([^<>]+)>\s*$/u

export interface MailAddress {
  readonly name: string
  readonly address: string
}

/** Addresses that are separated by commas. Null if one of them is none, or if there are none or too many. */
export function mailAddresses(text: string): readonly string[] | null {
  const addresses = text.split(',').map((address) => address.trim())
  const isValid = addresses.length <= MAX_ADDRESSES && addresses.every((address) => MAIL.test(address))
  return isValid ? addresses : null
}

/** `alerts@example.com` or `Zenith <alerts@example.com>`; null for anything else. */
export function senderAddress(text: string): MailAddress | null {
  const [, quoted = '', address = text.trim()] = NAMED.exec(text) ?? []
  const name = quoted.replace(/^"(.*)"$/, '$1')
  return MAIL.test(address) ? { name, address } : null
}
