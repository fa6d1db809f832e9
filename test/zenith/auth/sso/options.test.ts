import { expect, it } from 'vitest'
import { createZenith } from '../../../../src/runtime/create-zenith.js'
import { memoryStore } from '../../../../src/stores/memory/index.js'

const OIDC = {
  id: 'kc',
  name: 'Keycloak',
  issuer: 'https://id.example.com',
  clientId: 'z',
  clientSecret: 'planted-secret',
}
const GITHUB = { id: 'gh', kind: 'github', clientId: 'z', clientSecret: 'planted-secret' }

const WRONG: readonly (readonly [string, unknown, string])[] = [
  ['no list', OIDC, '`people.sso` takes a list'],
  ['no object', ['planted-secret'], '`people.sso[0]` takes an object with id, name, issuer'],
  ['an unknown field', [{ ...OIDC, secret: 'planted-secret' }], '`people.sso[0]` takes id, name, issuer'],
  ['an unknown kind', [{ ...OIDC, kind: 'saml' }], "`people.sso[0].kind` takes 'oidc' or 'github'"],
  ['a bad id', [OIDC, { ...OIDC, id: 'K C' }], '`people.sso[1].id` takes lower-case letters'],
  ['no name', [{ ...OIDC, name: undefined }], '`people.sso[0].name` takes a text of 1 to 60'],
  ['a name of two lines', [{ ...OIDC, name: 'a\nb' }], '`people.sso[0].name` takes a text of 1 to 60'],
  [
    'an issuer over http',
    [{ ...OIDC, issuer: 'http://id.example.com' }],
    '`people.sso[0].issuer` takes the issuer’s URL',
  ],
  ['an issuer that looks local', [{ ...OIDC, issuer: 'http://127.0.0.1.example.com' }], '`people.sso[0].issuer` takes'],
  [
    'a discovery document',
    [{ ...OIDC, issuer: 'https://id.example.com/.well-known/openid-configuration' }],
    '`people.sso[0].issuer` takes',
  ],
  [
    'an issuer with a password',
    [{ ...OIDC, issuer: 'https://a:planted-secret@id.example.com' }],
    '`people.sso[0].issuer` takes',
  ],
  ['an issuer with a query', [{ ...OIDC, issuer: 'https://id.example.com/?x' }], '`people.sso[0].issuer` takes'],
  ['no client', [{ ...OIDC, clientId: '' }], '`people.sso[0].clientId` takes a text'],
  ['no secret', [{ ...OIDC, clientSecret: 5 }], '`people.sso[0].clientSecret` takes a text'],
  ['scopes as a text', [{ ...OIDC, scopes: 'openid' }], '`people.sso[0].scopes` takes a list'],
  ['a scope with a space', [{ ...OIDC, scopes: ['a b'] }], '`people.sso[0].scopes` takes a list'],
  ['a bad claim', [{ ...OIDC, groupsClaim: 1 }], '`people.sso[0].groupsClaim` takes the name'],
  ['a bad log-out', [{ ...OIDC, logout: 'no' }], '`people.sso[0].logout` takes true or false'],
  [
    'an issuer for GitHub',
    [{ ...GITHUB, issuer: 'https://github.com' }],
    '`people.sso[0]` takes id, kind, name, clientId',
  ],
  ['a bad organization', [{ ...GITHUB, orgs: ['a/b'] }], '`people.sso[0].orgs` takes a list'],
  ['GitHub over http', [{ ...GITHUB, url: 'http://github.example.com' }], '`people.sso[0].url` takes the URL'],
  ['one id twice', [OIDC, { ...OIDC, name: 'Other' }], 'has two providers of one id'],
  ['one name twice', [OIDC, { ...OIDC, id: 'other' }], 'has two providers of one name'],
  ['GitHub with all organizations beside another', [OIDC, GITHUB], 'it takes `orgs`'],
]

function create(sso: unknown, more: object = {}) {
  return createZenith({ store: memoryStore(), logger: false, auth: { people: { sso, ...more } } } as never)
}

it.each(WRONG)('%s is refused, by the name of the field and without a secret', (_, sso, words) => {
  expect(() => create(sso)).toThrow(
    expect.objectContaining({ code: 'invalid_option', message: expect.stringContaining(words) }),
  )
  expect(() => create(sso)).not.toThrow(/planted-secret/)
})

it.each(['zenith.example.com', 'ftp://zenith.example.com', 'https://zenith.example.com/?x=1', 5])(
  'the URL %s is refused',
  (url) => {
    expect(() => create([OIDC], { url })).toThrow('`people.url` takes the URL of the page')
  },
)

it.each([
  [[OIDC]],
  [[{ ...OIDC, issuer: 'http://[::1]:8080/realms/main', kind: 'oidc', scopes: ['openid', 'groups'], logout: false }]],
  [[OIDC, { ...GITHUB, orgs: ['acme'] }]],
  [[]],
])('%j is right, and needs an archive only', (sso) => {
  expect(() => create(sso)).toThrow('needs the option "archive"')
})
