import { redactUrl } from '../../../src/core/report/redaction.js'

interface Text {
  readonly text: string
  /** What must not be in the masked text. */
  readonly hides: readonly string[]
  /** What must still be in it. */
  readonly keeps: readonly string[]
}

const JWT = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0NTY3ODkwIn0', 'dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U'].join(
  '.',
)

// Put together at run time: a scanner for secrets must find none in this repository.
const AWS = `AKIA${'IOSFODNN7EXAMPLE'}`
const GITHUB = `ghp_${'a1B2c3D4e5F6g7H8i9J0'.repeat(2).slice(0, 36)}`
const STRIPE = `sk_live_${'4eC39HqLyjWDarjtT1zdp7dc'}`
const SLACK = `xoxb-${'123456789012-123456789012'}-AbCdEfGhIjKlMnOpQrStUvWx`

const TEXTS: readonly Text[] = [
  { text: 'Cannot read properties of undefined', hides: [], keeps: ['Cannot read properties of undefined'] },
  {
    text: 'no route to GET /users/:id after 30 s (try 3 of 5)',
    hides: [],
    keeps: ['GET /users/:id after 30 s (try 3 of 5)'],
  },
  {
    text: 'connect to redis://app:hunter2hunter@redis.internal:6379/0 failed',
    hides: ['hunter2hunter'],
    keeps: ['redis.internal:6379', 'failed'],
  },
  { text: 'postgres://shop:p%40ss%2Fword@db/shop: timeout', hides: ['p%40ss%2Fword'], keeps: ['timeout'] },
  {
    text: 'login failed: password=correct-horse user=ada',
    hides: ['correct-horse'],
    keeps: ['login failed', 'user=ada'],
  },
  {
    text: 'body: {"user":"ada","password":"correct horse","n":1}',
    hides: ['correct horse'],
    keeps: ['"user":"ada"', '"n":1'],
  },
  { text: "options: { apiKey: 'q1w2e3r4t5', retries: 3 }", hides: ['q1w2e3r4t5'], keeps: ['retries: 3'] },
  { text: 'client_secret: s3cr3t-of-the-app, region: eu', hides: ['s3cr3t-of-the-app'], keeps: ['region: eu'] },
  { text: 'Authorization: Bearer abcdef1234567890', hides: ['abcdef1234567890'], keeps: ['Authorization'] },
  { text: 'Authorization: Basic YWRhOmxvdmVsYWNl', hides: ['YWRhOmxvdmVsYWNl'], keeps: ['Authorization'] },
  { text: `jwt ${JWT} has expired`, hides: [JWT, JWT.split('.')[2] ?? ''], keeps: ['has expired'] },
  { text: `key ${AWS} is not valid`, hides: [AWS], keeps: ['is not valid'] },
  { text: `remote: ${GITHUB} was revoked`, hides: [GITHUB], keeps: ['was revoked'] },
  { text: `No such API key: ${STRIPE}`, hides: [STRIPE], keeps: ['No such API key'] },
  { text: `invalid_auth for ${SLACK}`, hides: [SLACK], keeps: ['invalid_auth'] },
  {
    text: 'GET https://api.example.com/v1/users?token=abc123def&page=2 answered 500',
    hides: ['abc123def'],
    keeps: ['answered 500'],
  },
  { text: 'Set-Cookie: session=0123456789abcdef; Path=/', hides: ['0123456789abcdef'], keeps: ['Set-Cookie'] },
  {
    text: '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----',
    hides: ['MIIEvQIBADANBgkqhkiG9w0BAQEFAASC'],
    keeps: [],
  },
  { text: 'card 4242 4242 4242 4242 was declined', hides: ['4242 4242 4242 4242'], keeps: ['was declined'] },
]

const URLS = [
  '/users/7',
  '/users?page=2&sort=name',
  '/search?q=ada%20lovelace#top',
  '/a?token=abc&flag',
  'https://ada:secret@example.com/x?y=1',
  '/?',
  '/p?a=1&a=2&b[]=3',
]

/** Texts that hide secrets, and URLs, whose query values are always secrets. */
export function redactionVectors() {
  return { texts: TEXTS, urls: URLS.map((url) => ({ url, redacted: redactUrl(url) })) }
}
