import { describe, expect, it } from 'vitest'
import { maskedWithin } from '../../src/redaction/within.js'

const LIMIT = 300

/** Each with its secret, of which not even the beginning may be seen. */
const SECRETS = [
  ['postgres://app:hunter2hunter2hunter2@db.internal/shop', 'hunter'],
  ['redis://:p@ss/hunter2hunter2@db', 'hunter'],
  ['url=amqp%3A%2F%2Fuser%3Ahunter2hunter2%40mq', 'hunter'],
  ['password="hunter2 and more words"', 'hunter'],
  ['{"token":"hunter2hunter2"}', 'hunter'],
  ['jane.hunter.doe@example.com', 'hunter'],
  ['card 4242 4242 4242 4242', '4242'],
  ['-----BEGIN PRIVATE KEY-----\nhunter2\nhunter2\n-----END PRIVATE KEY-----', 'hunter'],
  ['Authorization: Bearer hunter2hunter2hunter2', 'hunter'],
  ['eyJhunterhunter.eyJhunterhunter.hunterhunter', 'hunter'],
] as const

describe('a text that is masked and cut', () => {
  it.each(SECRETS)('shows no part of %s, wherever the cut or the window falls', (text, part) => {
    for (const edge of [LIMIT, 2 * LIMIT + 1_000]) {
      for (let back = 0; back <= text.length; back++) {
        const before = 'so it was, '.repeat(400).slice(0, edge - back - 1)
        for (const after of ['', ' and more'.repeat(400)]) {
          expect(maskedWithin(`${before} ${text}${after}`, LIMIT)).not.toContain(part)
        }
      }
    }
  })

  it('shows no part of a password that is longer than all that is masked', () => {
    expect(maskedWithin(`redis://user:${'hunter'.repeat(5_000)}@db`, LIMIT)).not.toContain('hunter')
    expect(maskedWithin(`x redis://user:${'hunter'.repeat(5_000)}@db`, LIMIT)).not.toContain('hunter')
  })

  it('says that there was more, and is no longer than it may be', () => {
    for (const text of ['a'.repeat(301), 'a '.repeat(9_000), 'a'.repeat(9_000), `password="${'a '.repeat(9_000)}"`]) {
      const shown = maskedWithin(text, LIMIT)
      expect(shown.length).toBeLessThanOrEqual(LIMIT)
      expect(shown.endsWith('…')).toBe(true)
    }
    expect(maskedWithin('as it is', LIMIT)).toBe('as it is')
  })
})
