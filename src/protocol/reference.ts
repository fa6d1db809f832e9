const MARK = '~'

/**
 * Encodes an id, a key or a name for the path of a URL: `~` and its UTF-8 in base64url. Proxies and frameworks decode percent-encoding,
 * merge slashes and resolve dots; they leave these characters unchanged. Lone surrogates become U+FFFD.
 *
 * @example referenceOf('user/42') // '~dXNlci80Mg'
 */
export function referenceOf(id: string): string {
  const bytes = new TextEncoder().encode(id)
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  return MARK + btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/** Decodes {@link referenceOf}'s result. Null for any other text. */
export function readReference(text: string): string | null {
  if (!/^~[\w-]*$/.test(text)) return null
  try {
    const binary = atob(text.slice(MARK.length).replaceAll('-', '+').replaceAll('_', '/'))
    const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0))
    const id = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return referenceOf(id) === text ? id : null
  } catch {
    return null
  }
}
