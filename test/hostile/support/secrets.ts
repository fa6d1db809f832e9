import fc from 'fast-check'

/** A secret, in a form that it usually has, and where it is put so that it can be told that it is one. */
export interface Planted {
  /** The text that must not be seen. */
  readonly secret: string
  /** What holds it, as somebody may have written it into a message. */
  readonly text: string
}

const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{9,22}[0-9]$/)
const key = fc.constantFrom(
  'password',
  'DB_PASSWORD',
  'passwd',
  'token',
  'accessToken',
  'apiKey',
  'x-api-key',
  'client_secret',
  'Authorization',
  'session_id',
  'privateKey',
)

/** Each kind: what a secret is made of, and how it is written. */
const KINDS: Readonly<Record<string, (name: string, secret: string) => string>> = {
  'a pair': (name, secret) => `${name}=${secret}`,
  'a pair with a space': (name, secret) => `${name}: ${secret}`,
  JSON: (name, secret) => JSON.stringify({ id: 7, [name]: secret }),
  'JSON in JSON': (name, secret) => JSON.stringify({ body: JSON.stringify({ [name]: secret }) }),
  'a single-quoted value': (name, secret) => `{ ${name}: '${secret}' }`,
  'the credentials of a URL': (_, secret) => `connect to redis://user:${secret}@db.internal:6379/0 failed`,
  'a password without a user': (_, secret) => `redis://:${secret}@db:6379`,
  'a password with signs': (_, secret) => `postgres://app:p@ss/${secret}@db/shop`,
  'a bearer token': (_, secret) => `Bearer ${secret}`,
  'basic credentials': (_, secret) => `Basic ${Buffer.from(`user:${secret}`).toString('base64')}`,
  'a query': (name, secret) => `GET /users?page=2&${name}=${secret}&x=1`,
  'a percent-encoded pair': (name, secret) => `redirect=%2Flogin%3F${encodeURIComponent(`${name}=${secret}`)}`,
  'a percent-encoded URL': (_, secret) => `url=${encodeURIComponent(`amqp://user:${secret}@mq.internal`)}`,
  'a header': (name, secret) => `\r\n${name}: ${secret}\r\nhost: a`,
  'a list of PHP': (name, secret) => `['${name}' => '${secret} x']`,
  'a dump of PHP': (name, secret) => `["${name}"]=>\n  string(${secret.length}) "${secret}"`,
  'a hash of Ruby': (name, secret) => `{:user=>"a", "${name}" => "${secret}"}`,
  'a dictionary of Python': (name, secret) => `{'id': 7, '${name}': '${secret}'}`,
  'a list of headers': (name, secret) => `rawHeaders: [ 'Host', 'a', '${name}', '${secret}' ]`,
  'an entry': (name, secret) => `{ name: '${name}', value: '${secret}' }`,
  'an entry in JSON': (name, secret) => JSON.stringify([{ value: secret, name }]),
  'a field of a form': (name, secret) => `form-data; name="${name}"\r\n\r\n${secret}\r\n--x`,
  'an element': (name, secret) => `<a><${name}>${secret}</${name}></a>`,
  'an attribute': (name, secret) => `<input name="${name}" value="${secret}">`,
  'a cookie': (_, secret) => `Cookie: theme=dark; id=${secret}; last=1`,
  'a statement': (_, secret) => `CREATE USER app IDENTIFIED BY '${secret}'`,
  'an option': (name, secret) => `run --${name} ${secret} --verbose`,
  'a connection string': (_, secret) => `Server=db;User Id=sa;Password=${secret};Encrypt=true`,
  'a quoted value': (name, secret) => `${name}="it \\"was\\" ${secret}"`,
  'a name in brackets': (name, secret) => `user%5B${name}%5D=${secret}&x=1`,
  'PHP serialized': (name, secret) => `s:${name.length}:"${name}";s:${secret.length}:"${secret}";`,
}

export const KIND_NAMES = Object.keys(KINDS)

/** A secret that was written in this way. */
export function planted(kind: string): fc.Arbitrary<Planted> {
  return fc.tuple(key, word).map(([name, secret]) => ({ secret, text: KINDS[kind]?.(name, secret) ?? '' }))
}

/** A secret written in any of the ways. */
export const anyPlanted: fc.Arbitrary<Planted> = fc.constantFrom(...KIND_NAMES).chain(planted)

/** All forms in which somebody could read it. */
export function formsOf(secret: string): string[] {
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '')
  return [secret, encodeURIComponent(secret), base64, Buffer.from(secret).toString('hex'), secret.slice(0, 9)]
}

/** Which of its forms are in a text. */
export function leaksOf(secret: string, text: string): string[] {
  return formsOf(secret).filter((form) => text.includes(form))
}
