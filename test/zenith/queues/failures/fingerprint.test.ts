import { describe, expect, it } from 'vitest'
import { failureFingerprint } from '../../../../src/zenith/queues/failures/fingerprint.js'

const ALIKE: readonly (readonly string[])[] = [
  ['Timeout after 30000 ms', 'Timeout after 15 ms', 'Timeout after 1,234.5 ms'],
  ['connect ECONNREFUSED 127.0.0.1:6379', 'connect ECONNREFUSED 10.0.0.12:6380'],
  ['connect ECONNREFUSED ::1:5432', 'connect ECONNREFUSED fe80::1ff:fe23:5432'],
  ['User 550e8400-e29b-41d4-a716-446655440000 is gone', 'User 11111111-2222-3333-4444-555555555555 is gone'],
  ['No order 507f1f77bcf86cd799439011', 'No order 5f9b3b3b9d9f3c0017c1e4a2', 'No order 42', 'No order 0xdeadbeef'],
  ['Order 01ARZ3NDEKTSV4RRFFQ69G5FAV is gone', 'Order 01bx5zzkbkactav9wevgemmvrz is gone'],
  ['token V1StGXR8_Z5jdHi6B-myT is used', 'token kx0P2vQe7LmN4sRtY8uZw is used'],
  ['Unknown column "name"', 'Unknown column "e-mail of Ada\'s"', 'Unknown column ""'],
  ["can't read 'id' of undefined", "can't read 'other name' of undefined"],
  ['Cannot find `a`', 'Cannot find `b c`'],
  ['ENOENT: no such file /var/lib/app/1.log', 'ENOENT: no such file /tmp/x', 'ENOENT: no such file ../y/z.txt:12:3'],
  ['EPERM: C:\\Users\\ada\\x.js is locked', 'EPERM: D:\\y is locked'],
  ['GET https://a.example/users/1?x=2 failed', 'GET http://b.example:8080/ failed'],
  ['Mail to ada@example.com bounced', 'Mail to b.o-b+c@mail.example.co.uk bounced'],
  ['at 2024-01-02T03:04:05Z it ended', 'at 2025-11-12T13:14:15Z it ended'],
  ['first\n    second', 'first second'],
]

const DIFFERENT: readonly (readonly [string, string])[] = [
  ['connect ECONNREFUSED 127.0.0.1:1', 'connect ECONNRESET 127.0.0.1:1'],
  ['std::bad_alloc', 'std::bad_cast'],
  ['read and/or write', 'read or write'],
  ["can't read it", "can't write it"],
  ['decade', 'facade'],
]

describe('the fingerprint of a job’s error', () => {
  it('is the same for errors of one cause', () => {
    for (const alike of ALIKE) {
      const fingerprints = alike.map((error) => [error, failureFingerprint(error)] as const)
      for (const [error, fingerprint] of fingerprints) {
        expect(`${error} ${fingerprint}`).toBe(`${error} ${fingerprints[0]?.[1]}`)
      }
    }
    expect(failureFingerprint('x')).toMatch(/^[0-9a-f]{16}$/)
  })

  it('tells different causes apart', () => {
    for (const [one, other] of DIFFERENT)
      expect(failureFingerprint(one), `${one}, ${other}`).not.toBe(failureFingerprint(other))
    const templates = ALIKE.map(([error]) => failureFingerprint(error ?? ''))
    expect(new Set(templates).size).toBe(ALIKE.length)
    expect(failureFingerprint(null)).toBe(failureFingerprint(''))
  })

  it('is the same wherever a list cut the text', () => {
    const long = (id: string) =>
      `Query for ${id} failed: ${'select some columns from a table and '.repeat(20)}`.slice(0, 300)
    expect(failureFingerprint(long('7'))).toBe(failureFingerprint(long('123456789')))
    const inWord = (length: number) => `Bad "${'v'.repeat(length)}" in ${'customer_'.repeat(20)}`
    expect(failureFingerprint(inWord(250).slice(0, 300))).toBe(failureFingerprint(inWord(240).slice(0, 300)))
    expect(failureFingerprint(`${inWord(250).slice(0, 299)}…`)).toBe(
      failureFingerprint(`${inWord(240).slice(0, 299)}…`),
    )
  })

  it('bears any text', () => {
    const texts = [
      '"'.repeat(300),
      '/a'.repeat(150),
      'a@a.'.repeat(75),
      'aA0-'.repeat(75),
      '::'.repeat(150),
      "'a".repeat(150),
    ]
    for (const text of texts) expect(failureFingerprint(text)).toMatch(/^[0-9a-f]{16}$/)
  })
})
