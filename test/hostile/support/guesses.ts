/** What an attacker who guesses a secret piece by piece would ask for: each right guess with a wrong one like it. */
export function guessesOf(secret: string): (readonly [right: string, wrong: string])[] {
  const pieces = piecesOf(secret)
  const alone = pieces.map((piece) => [piece, wrongOf(piece)] as const)
  const named = ['password=', '"password":"', '"token":"', 'postgres://app:', 'redis://app:'].flatMap((before) =>
    [1, 2, secret.length].map((length) => {
      const piece = secret.slice(0, length)
      return [before + piece, before + wrongOf(piece)] as const
    }),
  )
  // Three characters: two and a quotation mark are the end of every 256th random id.
  const ended = [`${secret.slice(-3)}"`, `${secret.slice(-3)}@`, `${secret}@db`].map(
    (text) => [text, wrongOf(text)] as const,
  )
  return [...alone, ...named, ...ended]
}

/** All pieces of three characters, the first and the last ones of other lengths, and the whole. */
export function piecesOf(secret: string): string[] {
  const triples = Array.from({ length: secret.length - 2 }, (_, at) => secret.slice(at, at + 3))
  return [...triples, secret.slice(0, 5), secret.slice(-5), secret, secret.toLowerCase()]
}

/** The same in length and kind: each letter and digit is another one. */
function wrongOf(piece: string): string {
  return piece.replace(/[A-Za-z0-9]/g, (char) => {
    if (char >= '0' && char <= '9') return String((Number(char) + 1) % 10)
    const base = char >= 'a' ? 97 : 65
    return String.fromCharCode(base + ((char.charCodeAt(0) - base + 7) % 26))
  })
}
