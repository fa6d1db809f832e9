/** Words that name a secret wherever they stand in a name: `userPassword`, `x-api-key`. */
const ANYWHERE =
  /passwo?r?d|passphrase|passcode|secret|token|apikey|authoriz|credential|privatekey|accesskey|signingkey|sessionid|cookie|signature|connectionstring/
/** Words that do only as words of their own: `author` is no secret, and `auth` is. */
const WORDS = new Set([
  'pass',
  'pwd',
  'pw',
  'auth',
  'session',
  'sid',
  'sig',
  'otp',
  'pin',
  'cvv',
  'cvc',
  'ssn',
  'jwt',
  'bearer',
])

/** Whether a field of this name is likely to hold a secret. */
export function namesSecret(name: string): boolean {
  const short = name.slice(0, 200)
  if (ANYWHERE.test(short.replace(/[^a-z]/gi, '').toLowerCase())) return true
  const words = short
    .replace(/([a-z\d])(?=[A-Z])/g, '$1 ')
    .toLowerCase()
    .split(/[^a-z]+/)
  return words.some((word) => WORDS.has(word))
}
