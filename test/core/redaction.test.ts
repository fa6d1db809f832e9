import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { narrowRecord } from '../../src/core/report/narrow.js'
import { pickHeaders, redactId, redactUrl } from '../../src/core/report/redaction.js'
import type { SlowEntry } from '../../src/protocol/index.js'
import { maskMessage, maskSecrets } from '../../src/redaction/secrets.js'

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U'

describe('secrets in a message', () => {
  it.each([
    ['connect to redis://user:hunter2@db:6379 failed', 'hunter2'],
    ['connect to redis://:p@ss/word@db:6379 failed', 'p@ss'],
    ['password=hunter2 is wrong', 'hunter2'],
    ['{"password":"hunter2 with spaces","user":"x"}', 'hunter2'],
    ['DB_PASSWORD: hunter2', 'hunter2'],
    ['Authorization: Bearer abc.def-ghi', 'abc.def-ghi'],
    ['authorization: Basic dXNlcjpwYXNz', 'dXNlcjpwYXNz'],
    [`token ${JWT} has run out`, JWT.slice(0, 30)],
    ['key sk_live_4eC39HqLyjWDarjtT1zdp7dc', '4eC39HqLyjWDarjtT1zdp7dc'],
    ['ghp_16C7e42F292c6912E7710c838347Ae178B4a', '16C7e42F292c'],
    ['AKIAIOSFODNN7EXAMPLE', 'IOSFODNN7'],
    ['aws wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY', 'wJalrXUtnFEMI'],
    ['card 4242 4242 4242 4242 declined', '4242 4242'],
    ['mail to jane.doe@example.com bounced', 'jane.doe'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----', 'MIIEow'],
    ['x-api-key=abc123', 'abc123'],
  ])('%s', (message, secret) => {
    expect(maskMessage(message)).not.toContain(secret)
  })

  it.each([
    'Cannot read properties of undefined (reading "id")',
    'order 123456789 of user 42 not found',
    'job 0b2f9a2e-5a4e-4f0e-9d3c-2d9c1f8e7a6b failed after 3 attempts',
    'connect ECONNREFUSED 127.0.0.1:6379',
  ])('is left alone where there is none: %s', (message) => {
    expect(maskMessage(message)).toBe(message)
  })

  it('wherever it is planted behind a telling key, it does not come out', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9]{8,24}$/)
    const key = fc.constantFrom('password', 'token', 'apiKey', 'client_secret', 'Authorization', 'SESSION_ID')
    const mark = fc.constantFrom('=', ': ', '":"', " = '")
    fc.assert(
      fc.property(fc.string(), key, mark, secret, fc.string(), (before, name, sign, value, after) => {
        const rest = after.replaceAll(value, '')
        const start = before.replaceAll(value, '')
        expect(maskSecrets(`${start} ${name}${sign}${value} ${rest}`)).not.toContain(value)
      }),
    )
  })

  it('takes linear time on hostile text', () => {
    for (const text of [
      'a'.repeat(50_000),
      'token'.repeat(10_000),
      '://'.repeat(20_000),
      'eyJ'.repeat(20_000),
      '1 '.repeat(30_000),
      'x@'.repeat(30_000),
    ]) {
      expect(typeof maskMessage(text)).toBe('string')
    }
  })
})

describe('a URL', () => {
  it('keeps the keys of its query and loses the values', () => {
    expect(redactUrl('/search?q=my+disease&page=2&flag')).toBe('/search?q=&page=&flag=')
  })

  it('loses what is secret in its path, and its fragment', () => {
    expect(redactUrl(`/reset/${JWT}#top`)).toBe('/reset/***')
    expect(redactUrl('/users/jane@example.com')).not.toContain('jane')
    expect(redactUrl('/u/0b2f9a2e-5a4e-4f0e-9d3c-2d9c1f8e7a6b')).toContain('0b2f9a2e')
  })

  it('never shows a value, whatever the query is', () => {
    fc.assert(
      fc.property(fc.webQueryParameters(), fc.stringMatching(/^[a-z]{12}$/), (query, secret) => {
        expect(redactUrl(`/p?${query.replaceAll(secret, '')}&k=${secret}`)).not.toContain(secret)
      }),
    )
  })

  it('is bounded', () => {
    expect(redactUrl(`/${'a/'.repeat(9_000)}?${'k=v&'.repeat(9_000)}`).length).toBeLessThanOrEqual(500)
  })
})

describe('headers and ids', () => {
  it('are picked by an allow-list', () => {
    const headers: Record<string, string> = { cookie: 'a=b', authorization: 'Bearer xyz', 'user-agent': 'curl/8' }
    expect(pickHeaders((name) => headers[name])).toEqual({ 'user-agent': 'curl/8' })
    expect(pickHeaders(() => undefined)).toBeNull()
  })

  it('of requests are cut and masked', () => {
    expect(redactId('i'.repeat(500))?.length).toBe(128)
    expect(redactId(`token=${'x'.repeat(9)}`)).not.toContain('xxx')
    expect(redactId('')).toBeNull()
  })
})

describe('the redact option', () => {
  const entry = {
    v: 2,
    kind: 'request',
    name: 'GET /a',
    durationMs: 5,
    thresholdMs: 1,
    status: '200',
    service: 's',
    node: 'n',
    requestId: 'r',
    traceId: null,
    ts: 9,
    meta: {
      method: 'GET',
      url: '/a?x=',
      headers: { accept: '*/*' },
      queue: null,
      jobId: null,
      attempt: null,
      waitMs: null,
      aborted: false,
      loopBlockedMs: 3,
      gcMs: null,
      cpuThrottledMs: null,
      inFlight: 0,
    },
  } as SlowEntry

  it('takes fields out and replaces text', () => {
    const kept = narrowRecord(entry, (record) => {
      const meta = record.meta as Record<string, unknown>
      return { ...record, requestId: null, meta: { ...meta, url: '/hidden', headers: null } }
    })
    expect(kept).toMatchObject({ meta: { url: '/hidden', headers: null, loopBlockedMs: 3 }, name: 'GET /a' })
    expect(kept?.requestId).toBe('')
  })

  it('can neither add nor falsify', () => {
    const kept = narrowRecord(entry, (record) => ({ ...record, durationMs: 0, service: 'x', ts: 0, extra: 'y' }))
    expect(kept).toEqual(entry)
  })

  it("can't bring a secret in", () => {
    expect(narrowRecord(entry, (record) => ({ ...record, name: 'token=hunter2' }))?.name).not.toContain('hunter2')
  })

  it('drops with null and leaves the original untouched', () => {
    expect(narrowRecord(entry, () => null)).toBeNull()
    narrowRecord(entry, (record) => {
      ;(record.meta as Record<string, unknown>).url = 'changed'
      return record
    })
    expect(entry.meta.url).toBe('/a?x=')
  })
})
