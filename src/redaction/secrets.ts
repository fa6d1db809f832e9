/**
 * Takes secrets out of what is about to be kept or shown. The patterns are bounded on purpose: text of any kind passes in linear
 * time. What is masked reads `***`.
 */
export const MASK = '***'

const KEY =
  '(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|auth(?:orization)?|credentials?|private[_-]?key|access[_-]?key|session(?:id)?|cookie|signature|sig|otp|cvv|ssn)'

/** A name that holds such a word, the quotation mark behind it, and what is its value: also of JSON within JSON, and percent-encoded. */
const NAME = `[\\w.-]{0,40}${KEY}[\\w.-]{0,40}`
const QUOTE = `(?:\\\\{0,7}["']|%2[27])`
const SPACE = '(?:\\s|%20){0,3}'
const VALUE = ['"[^"\\\\]*(?:\\\\[\\s\\S][^"\\\\]*)*"?', '\\\\{1,7}"[^"]*"?', "'[^']*'?", `[^\\s,;&}\\])"']+`].join('|')

/** A rule, and what a text must hold for it to be tried: most rules begin with a repetition, which is slow at every word. */
type Rule = readonly [pattern: RegExp, mask: string, hint?: RegExp]

const HAS_KEY = new RegExp(KEY, 'i')

const CREDENTIALS: readonly Rule[] = [
  [/-----BEGIN [A-Z ]{3,40}-----[\s\S]*?(?:-----END [A-Z ]{3,40}-----|$)/g, MASK],
  // user:password@ in a URL; a raw password may hold "/" or "@", so all up to the last "@" of the word goes
  [/\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s"'<>/:@]{0,500}:[^\s"'<>]{0,1000}@/gi, `$1${MASK}@`, /:\/\//],
  [/\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s"'<>/@]{1,1000}@/gi, `$1${MASK}@`, /:\/\//],
  // the same within a URL or a form, percent-encoded
  [/\b([a-z][a-z0-9+.-]{1,20}%3A%2F%2F)[^\s"'<>&]{1,1000}%40/gi, `$1${MASK}%40`, /%3A%2F%2F/i],
  [/\b(bearer|basic|digest)(?:\s|%20){1,9}[\w.~+/=-]{6,}/gi, `$1 ${MASK}`],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, MASK],
  [/\b(?:sk|rk|pk|whsec)_(?:live|test)?_?[\w-]{12,}|\bsk-[\w-]{16,}/g, MASK],
  [/\b(?:gh[opsur]|github_pat|glpat|xox[abeoprs]|npm|hf|shpat|dop_v1|ya29|SG)[_.-][\w.-]{12,}/g, MASK],
  [/\b(?:AKIA|ASIA|AIza)[\w-]{12,}/g, MASK],
  [new RegExp(`(${NAME}${QUOTE}?${SPACE}(?:[:=]|%3[AD])${SPACE})(?:${VALUE})`, 'gi'), `$1${MASK}`, HAS_KEY],
  // s:8:"password";s:7:"hunter2", as PHP writes it
  [new RegExp(`(${NAME}";s:\\d{1,9}:)"[^"]*"?`, 'gi'), `$1"${MASK}"`, HAS_KEY],
]

const RULES: readonly Rule[] = [
  ...CREDENTIALS,
  [/\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}\b/g, `${MASK}@${MASK}`, /@/],
]

/** What looks random: long, with letters and digits, and no UUID (those name things). */
const RANDOM = /[\w+=-]{32,}/g
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i
const CARD = /\b\d(?:[ -]?\d){12,18}\b/g

/** Masks what lets somebody in: URL credentials, key=value pairs, tokens, private keys. What is about people stays. */
export function maskCredentials(text: string): string {
  return applied(CREDENTIALS, text)
}

/** Masks secrets that have a known shape: URL credentials, key=value pairs, tokens, private keys, mail addresses, cards. */
export function maskSecrets(text: string): string {
  return applied(RULES, text).replace(CARD, (digits) => (isCardNumber(digits) ? MASK : digits))
}

/** Masks what {@link maskSecrets} does and besides it long random text. Not for stacks: paths look random, too. */
export function maskMessage(text: string): string {
  return maskSecrets(text).replace(RANDOM, (word) => (looksRandom(word) ? MASK : word))
}

/**
 * {@link maskMessage} for a text that may have been cut, with `…` at its end: of a long random word only the beginning may be
 * left, which is too short to be recognized.
 */
export function maskCutMessage(text: string): string {
  return maskMessage(text).replace(/[\w+=-]{8,}(?=…$)/, (word) => (looksRandom(word) ? MASK : word))
}

function applied(rules: readonly Rule[], text: string): string {
  return rules.reduce((result, [pattern, mask, hint]) => {
    return hint && !hint.test(result) ? result : result.replace(pattern, mask)
  }, text)
}

function looksRandom(word: string): boolean {
  return /\d/.test(word) && /[a-z]/i.test(word) && !UUID.test(word)
}

/** The check digit of payment cards (Luhn, US patent 2950048). */
function isCardNumber(text: string): boolean {
  const digits = [...text.replace(/\D/g, '')].reverse().map(Number)
  const sum = digits.reduce((total, digit, index) => {
    const doubled = digit * 2
    return total + (index % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled)
  }, 0)
  return sum % 10 === 0
}
