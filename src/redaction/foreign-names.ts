/** Names of passwords with letters beyond ASCII, in small letters. The first of these is not the last of the word. */
const WORDS = '密码 密碼 口令 パスワード 暗証番号 비밀번호 пароль contraseña lösenord hasło şifre סיסמה'.split(' ')
const ANY = new RegExp(WORDS.join('|'))

/** As much of a `Source` as a word is looked for in. */
interface Text {
  code(at: number): number
  spells(small: string, capital: string, from: number): boolean
}

/** A word in small and in capital letters, and where its first letter beyond ASCII stands in it. */
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

/** The first letter beyond ASCII of each, small and capital: the scanner stops there. */
export const FOREIGN_LETTERS: string = [...BY_LETTER.keys()].join('')

/** What stands behind that letter in a word, small and capital: text that only begins such words is passed at once. */
export const FOREIGN_SECONDS: string = [...BY_LETTER.values()]
  .flat()
  .map(({ small, capital, letter }) => `${small[letter + 1]}${capital[letter + 1]}`)
  .join('')

/** Words by their letter: the place of each list, 0 for none. Text of other alphabets is made of such letters. */
const PLACES = new Uint8Array(65_536)
const LISTS: readonly (readonly ForeignWord[])[] = [[], ...BY_LETTER.values()]
for (const [place, char] of [...BY_LETTER.keys()].entries()) PLACES[char.charCodeAt(0)] = place + 1

/** Whether a name has such a word in it. */
export function namesForeignSecret(name: string): boolean {
  return ANY.test(name.toLowerCase())
}

/** Where such a word begins and ends whose letter beyond ASCII stands at a place; null when there is none. */
export function foreignNameAt(source: Text, at: number): { readonly from: number; readonly to: number } | null {
  for (const word of LISTS[PLACES[source.code(at)] as number] as readonly ForeignWord[]) {
    const from = at - word.letter
    if (source.spells(word.small, word.capital, from)) return { from, to: from + word.small.length }
  }
  return null
}
