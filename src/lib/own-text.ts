/** A copy of a part of a text, to store it for longer than the text: V8 keeps a whole text alive for a part of it. */
export function ownText(part: string): string {
  return ` ${part}`.slice(1)
}
