/** Names of passwords with letters beyond ASCII, in lower case. The first such letter of a word is not its last letter. */
const WORDS = '密码 密碼 口令 パスワード 暗証番号 비밀번호 пароль contraseña lösenord hasło şifre סיסמה'.split(' ')
const ANY = new RegExp(WORDS.join('|'))

/** The part of `Source` that is needed to find a word. */
interface Text {
  code(at: number): number
  spells(small: string, capital: string, from: number): boolean
}

/** A word in lower and in upper case, and the position of its first letter beyond ASCII. */
interface ForeignWord {
  readonly small: string
  readonly capital: string
  readonly letter: number
}

const BY_LETTER = new Map<string, ForeignWord[]>()
for (const small of WORDS) {
  const letter = [...small].findIndex((char) => char > '\x7f')
  const word = { small, capital: small.toUpperCase(), letter }
  for (const char of new Set([word.small[letter] as string, word.capital[letter] as string]))
    BY_LETTER.set(char, [...(BY_LETTER.get(char) ?? []), word])
}

/** The first letter beyond ASCII of each word, lower and upper case: the scanner stops there. */
export const FOREIGN_LETTERS: string = [...BY_LETTER.keys()].join('')

/** The characters after that letter, lower and upper case: they rule out most other text quickly. */
export const FOREIGN_SECONDS: string = [...BY_LETTER.values()]
  .flat()
  .map(({ small, capital, letter }) => `${small[letter + 1]}${capital[letter + 1]}`)
  .join('')

/** The index of a list of words by their letter, 0 for none. Text in other alphabets consists of such letters. */
const PLACES = new Uint8Array(65_536)
const LISTS: readonly (readonly ForeignWord[])[] = [[], ...BY_LETTER.values()]
for (const [place, char] of [...BY_LETTER.keys()].entries()) PLACES[char.charCodeAt(0)] = place + 1

/** Whether a name contains such a word. */
export function namesForeignSecret(name: string): boolean {
  return ANY.test(name.toLowerCase())
}

/** Start and end of such a word whose first letter beyond ASCII is at a position; null without one. */
export function foreignNameAt(source: Text, at: number): { readonly from: number; readonly to: number } | null {
  for (const word of LISTS[PLACES[source.code(at)] as number] as readonly ForeignWord[]) {
    const from = at - word.letter
    if (source.spells(word.small, word.capital, from)) return { from, to: from + word.small.length }
  }
  return null
}
