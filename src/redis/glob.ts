/** Makes the characters of SCAN's glob patterns stand for themselves. */
export function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]^]/g, '\\$&')
}
