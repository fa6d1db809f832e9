import { ownText } from '../lib/own-text.js'
import { beginsEscaped } from './chars.js'
import { namesForeignSecret } from './foreign-names.js'
import type { Source } from './source.js'

/**
 * The one list of names whose values are secret, in any style: `dbPassword`, `DB_PASSWORD`, `db-password`, `user[password]`. Compared in
 * November 2026 with gitleaks' rule for any key, detect-secrets' list of names, and the filters of Rails, Django and Sentry. Deliberately
 * left out: `key`, `api` and `access` alone, `salt`, `certificate`, and personal data.
 */

/** Parts that mark a name as a secret's wherever they are in it, written without separators. */
const PARTS: readonly string[] = [
  ...'password passwd passwort kennwort contrasena passphrase passcode passkey secret token credential cookie'.split(
    ' ',
  ),
  ...'authorization authorisation authentication signature connectionstring sessionid sessionkey mnemonic'.split(' '),
  // Portuguese, Czech, Dutch, Danish and French; letters beyond ASCII are in foreign-names.ts.
  ...'senha heslo wachtwoord adgangskode motdepasse'.split(' '),
  ...'requirepass masterauth keypass storepass dbpass userpass rootpass adminpass smtppass mailpass bindpw bindpass'.split(
    ' ',
  ),
  ...'samlresponse samlassertion authorizationcode codeverifier recoverycode backupcode'.split(' '),
  ...'seedphrase cardnumber accountnumber routingnumber cardno socialsecurity securitycode verificationcode securityanswer'.split(
    ' ',
  ),
  ...(
    'api app application private priv access account shared signing signed encryption encrypt decryption crypto master service ' +
    'deploy consumer client storage license licence webhook hmac jwt ssh gpg pgp rsa aes root auth admin write security ' +
    'instrumentation recovery backup db database subscription functions preshared'
  )
    .split(' ')
    .map((kind) => `${kind}key`),
]
const ANYWHERE = new RegExp(PARTS.join('|'))
/** Words that count only as whole words: `author` is not a secret, and `auth` is. */
const WORD_LIST =
  'pass pwd pw psk psw passwd pswd auth session sid sess sig otp totp mfa pin cvv cvc cvn csc ssn jwt bearer hmac csrf xsrf dsn apikey passwd creds cred keypass sas phpsessid jsessionid'.split(
    ' ',
  )
const WORDS = new Set(WORD_LIST)
/** Parts by which a scan quickly determines whether a word may be a name of a secret. */
export const NAME_PARTS = { anywhere: PARTS, words: WORD_LIST }

/** Harmless words that contain such a part. */
const HARMLESS = /tokeni[sz]\w*|passwordless|secretar\w*|cookie(?:s?enabled|s?consent|banner|policy)|uncredentialed/g
/** A name that ends in one of these describes a secret, and its value is none: `tokenType`, `password_min_length`. */
const ABOUT = new Set(
  'count counts limit limits length len size type types timeout ttl age expiry expires expired expiration exp duration policy enabled disabled required valid invalid version algorithm alg strength min max field fields name names label domain path endpoint at in used usage usages lifetime rotation rules created updated changed format encoding scheme method methods prefix status state error errors message exists present missing match matches matched mismatch budget'.split(
    ' ',
  ),
)
/** Counts of language models' tokens: `maxTokens`, `prompt_tokens`. */
const COUNTED = new Set(
  'max min total num prompt completion input output cached reasoning used remaining per usage'.split(' '),
)

const MAX_KNOWN = 2_000
const MAX_CHARS = 200
const known = new Map<string, boolean>()

/** Whether a field with this name is likely to have a secret value. */
export function namesSecret(name: string): boolean {
  if (name.length < 2) return false
  const short = name.length > MAX_CHARS ? name.slice(-MAX_CHARS) : name
  const found = known.get(short)
  if (found !== undefined) return found
  if (known.size >= MAX_KNOWN) known.clear()
  const isSecret = decide(short)
  known.set(ownText(short), isSecret)
  return isSecret
}

function decide(name: string): boolean {
  if (namesForeignSecret(name)) return true
  const words = wordsOf(name)
  const joined = words.join('').replace(HARMLESS, '')
  if (!ANYWHERE.test(joined) && !words.some((word) => WORDS.has(word))) return false
  const last = words.at(-1) as string
  if (words.length < 2 || (!ABOUT.has(last) && !/^tokens?$/.test(last))) return true
  return !ABOUT.has(last) && !words.some((word) => COUNTED.has(word))
}

/** Whether a name is one of a password, whose value may follow without a sign, as in SQL. */
export function namesPassword(name: string): boolean {
  return /^(?:[\w.-]*[_.-])?(?:password|passwd|pwd|passphrase)$/i.test(name.slice(-60))
}

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])(?=[A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$1$2 ')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '')
}

/** A name with its escapes resolved. */
export function nameAt(source: Source, from: number, end: number): string {
  const start = beginsEscaped(source, from) ? from - 1 : from
  const name = source.text.slice(Math.max(start, end - MAX_CHARS), end)
  return name.includes('%') || name.includes('\\') ? unescaped(name) : name
}

function unescaped(name: string): string {
  return name.replace(/(?:%|\\u00|\\x)([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}
