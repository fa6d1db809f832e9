import { describe, expect, it } from 'vitest'
import { claimOf, groupsIn, identityFrom, userName } from '../../../../src/zenith/auth/sso/claims.js'

describe('a claim', () => {
  it.each([
    ['groups', { groups: ['a'] }, ['a']],
    ['https://example.com/groups', { 'https://example.com/groups': ['a'] }, ['a']],
    ['realm_access.roles', { realm_access: { roles: ['a'] } }, ['a']],
    ['realm_access.roles', { 'realm_access.roles': ['whole'], realm_access: { roles: ['a'] } }, ['whole']],
    ['realm_access.roles', { realm_access: null }, undefined],
    ['constructor.name', {}, undefined],
    ['__proto__', {}, undefined],
  ])('%s of %j', (name, claims, value) => {
    expect(claimOf(claims, name)).toEqual(value)
  })

  it.each([
    [
      ['a', 'b', 'a', '', 5, null, 'x'.repeat(201)],
      ['a', 'b'],
    ],
    ['example.com', ['example.com']],
    [undefined, []],
    [{ a: 1 }, []],
    [
      Array.from({ length: 2_000 }, (_, index) => `g${index}`),
      Array.from({ length: 1_000 }, (_, index) => `g${index}`),
    ],
  ])('with groups: %j', (value, groups) => {
    expect(groupsIn(value)).toEqual(groups)
  })
})

describe('a name', () => {
  it.each([
    ['ada', 'ada'],
    ['  Ada Lovelace\n', 'Ada Lovelace'],
    ['a\u202eda\u0000\u2028', 'ada'],
    ['\u200b', ''],
    [5, ''],
    ['😀'.repeat(100), '😀'.repeat(45)],
  ])('%j becomes %j', (given, name) => {
    expect(userName(given)).toBe(name)
  })

  it.each([
    [{ preferred_username: '\u200b', name: 'Ada' }, undefined, 'Ada'],
    [{ preferred_username: 'ada', upn: 'ada@corp' }, 'upn', 'ada@corp'],
    [{ preferred_username: 'ada' }, 'upn', 's1'],
    [{}, undefined, 's1'],
  ])('of %j by the claim %s is %s', (claims, nameClaim, name) => {
    expect(identityFrom(claims, nameClaim, { issuer: 'i', subject: 's1', groups: [] }).name).toBe(name)
  })
})

it.each([
  [{ email: 'ada@example.com' }, 'ada@example.com'],
  [{ email: 'ada@example.com', email_verified: false }, null],
  [{ email: 'ada@example.com\r\nBcc: x@y' }, null],
  [{ email: ['a@b'] }, null],
])('the mail address of %j is %s', (claims, email) => {
  expect(identityFrom(claims, undefined, { issuer: 'i', subject: 's', groups: [] }).email).toBe(email)
})
