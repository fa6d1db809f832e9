import { describe, expect, it } from 'vitest'
import { describeError } from '../../src/core/errors/describe-error.js'

const failing = (message: string) => new TypeError(message)

describe('what was thrown', () => {
  it('is named with its class, message and stack', () => {
    const described = describeError(failing('no such user'))
    expect(described).toMatchObject({ name: 'TypeError', message: 'no such user' })
    expect(described.stack).toContain('describe-error.test.ts')
  })

  it('shows its causes', () => {
    const error = new Error('outer', { cause: new Error('inner') })
    expect(describeError(error).stack).toMatch(/outer[\s\S]*Caused by: Error: inner/)
  })

  it('has one fingerprint whatever varies in its message, another elsewhere', () => {
    const [one, two] = [1, 2].map((id) => describeError(failing(`user ${id} of "shop-${id}" not found`)).fingerprint)
    expect(one).toBe(two)
    expect(describeError(new TypeError('user 1 of "shop-1" not found')).fingerprint).not.toBe(one)
    expect(describeError(failing('something else')).fingerprint).not.toBe(one)
  })

  it('is bounded', () => {
    const error = new Error('m'.repeat(1_000_000))
    error.stack = 's '.repeat(1_000_000)
    const { message, stack } = describeError(error)
    expect(message.length).toBeLessThanOrEqual(1_024)
    expect(stack?.length).toBeLessThanOrEqual(8_192)
  })

  it('may be anything', () => {
    const circular: Record<string, unknown> = { message: 'round' }
    circular.cause = circular
    const hostile = Object.defineProperties(
      {},
      {
        name: {
          get: () => {
            throw new Error('getter')
          },
        },
        message: {
          get: () => {
            throw new Error('getter')
          },
        },
        stack: {
          get: () => {
            throw new Error('getter')
          },
        },
        cause: {
          get: () => {
            throw new Error('getter')
          },
        },
      },
    )
    const revoked = Proxy.revocable({}, {})
    revoked.revoke()
    const unprintable = Object.create(null) as object
    for (const thrown of [
      undefined,
      null,
      'text',
      7,
      Symbol('s'),
      circular,
      hostile,
      revoked.proxy,
      unprintable,
      () => {},
      5n,
    ]) {
      expect(describeError(thrown).fingerprint).toMatch(/^[\da-f]{16}$/)
    }
    expect(describeError('text')).toMatchObject({ name: 'string', message: 'text' })
  })

  it('holds no secret', () => {
    const error = new Error('redis://:hunter2@host', { cause: new Error('password=hunter2') })
    expect(JSON.stringify(describeError(error))).not.toContain('hunter2')
  })
})
