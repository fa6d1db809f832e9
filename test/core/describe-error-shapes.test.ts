import assert from 'node:assert'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { describeError } from '../../src/core/errors/describe-error.js'

const SECRET = 'q7Zr2LmX9vKc4TbN8sWd1FgH6jPy3QeA5uRi0ToY'

describe('errors within errors', () => {
  it('an AggregateError shows its inner errors, those of these, and all of their causes', () => {
    const inner = new AggregateError([new RangeError('deep one')], 'nested', { cause: new Error('of nested') })
    const { message, stack } = describeError(new AggregateError([new TypeError('first'), inner, 'third'], 'all failed'))
    expect(message).toBe('all failed')
    expect(stack).toMatch(/^AggregateError: all failed\n\s+at /)
    expect(stack).toMatch(/Error 1 of 3: TypeError: first\n\s+at /)
    expect(stack).toMatch(/Error 2 of 3: AggregateError: nested/)
    expect(stack).toMatch(/Error 1 of 1: RangeError: deep one/)
    expect(stack).toMatch(/Caused by: Error: of nested/)
    expect(stack).toMatch(/Error 3 of 3: third/)
  })

  it('one without a message has those of its inner errors, as a refused connection to two addresses', () => {
    const errors = ['::1:80', '127.0.0.1:80'].map((address) => new Error(`connect ECONNREFUSED ${address}`))
    const described = describeError(Object.assign(new AggregateError(errors), { code: 'ECONNREFUSED' }))
    expect(described.message).toBe('connect ECONNREFUSED ::1:80; connect ECONNREFUSED 127.0.0.1:80')
    expect(described.stack).toContain('code: ECONNREFUSED')
  })

  it('many are bounded, and the last cause is still told after long stacks', () => {
    const long = (message: string) =>
      Object.assign(new Error(message), { stack: `Error: ${message}${'\n    at f (/app/x.js:1:2)'.repeat(900)}` })
    const many = new AggregateError(
      Array.from({ length: 5_000 }, (_, index) => long(`inner ${index}`)),
      'many',
      { cause: long('the cause') },
    )
    const { stack } = describeError(many)
    expect(stack?.length).toBeLessThanOrEqual(8_192)
    expect(stack).toContain('Error 1 of 5000: Error: inner 0')
    expect(stack).toContain('Caused by: Error: the cause')
  })

  it.each([
    ['a string', 'out of stock', 'Caused by: out of stock'],
    ['a number', 42, 'Caused by: 42'],
    ['an object', { code: 'E_STOCK', status: 409 }, 'Caused by: object: code: E_STOCK, status: 409'],
    ['a symbol', Symbol('why'), 'Caused by: Symbol(why)'],
    ['false', false, 'Caused by: false'],
    ['an error of another realm', runInNewContext('new RangeError("elsewhere")'), 'Caused by: RangeError: elsewhere'],
  ])('a cause that is %s', (_what, cause, text) => {
    expect(describeError(new Error('outer', { cause })).stack).toContain(text)
  })

  it('a circle of causes and inner errors ends', () => {
    const [one, two] = [new Error('one'), new AggregateError([], 'two')]
    one.cause = two
    two.errors.push(one, two)
    expect(describeError(one).stack?.match(/Error: (?:one|two)/g)).toHaveLength(2)
  })
})

describe('what is thrown without being an error', () => {
  class Failure {
    constructor(readonly sku: string) {}
    toString() {
      return `no stock of ${this.sku}`
    }
  }
  it.each([
    [{ code: 'E_STOCK' }, 'object', 'code: E_STOCK'],
    [{ code: 'E_STOCK', message: 'no stock', status: 409 }, 'object', 'no stock (code: E_STOCK, status: 409)'],
    [{ sku: 'a-1', count: 3, password: 'x' }, 'object', 'keys: sku, count'],
    [{ title: 'Out of stock', status: 409 }, 'object', 'Out of stock (status: 409)'],
    [{ error: { message: 'no stock' } }, 'object', 'no stock'],
    [{ message: { code: 7 } }, 'object', 'code: 7'],
    [{ name: 7, message: 8 }, 'object', '8'],
    [new Failure('a-1'), 'Failure', 'no stock of a-1'],
    [[new Error('first'), 'second'], 'Array', 'first; second'],
    [
      new Response('x', { status: 503, statusText: 'Busy' }),
      'Response',
      'status: 503, statusText: Busy, type: default',
    ],
    [new DOMException('gone', 'AbortError'), 'AbortError', 'gone'],
    [new Proxy(new TypeError('behind'), {}), 'TypeError', 'behind'],
    [Object.freeze(new Error('frozen')), 'Error', 'frozen'],
    [runInNewContext('new SyntaxError("other realm")'), 'SyntaxError', 'other realm'],
    [TypeError, 'function', 'TypeError'],
    [null, 'null', 'null'],
    [Symbol('s'), 'symbol', 'Symbol(s)'],
  ])('%o', (thrown, name, message) => {
    expect(describeError(thrown)).toMatchObject({ name, message })
  })

  it('an error keeps its message, and what tells of it stands below its stack', () => {
    const error = Object.assign(new Error('Unique constraint failed'), {
      code: 'P2002',
      statusCode: 409,
      meta: { email: 'ada' },
    })
    const { message, stack } = describeError(error)
    expect(message).toBe('Unique constraint failed')
    expect(stack).toMatch(/\(code: P2002, statusCode: 409\)$/)
    expect(stack).not.toContain('ada')
  })

  it('fields that are no text make no error', () => {
    const error = Object.assign(new Error('x'), { name: Symbol('n'), message: { nested: true }, stack: 5 })
    expect(describeError(error)).toMatchObject({ name: 'Error', stack: null })
  })

  it('a stack made of call sites by the app has their frames', () => {
    const before = Error.prepareStackTrace
    Error.prepareStackTrace = (_error, sites) => sites
    try {
      const { stack, fingerprint } = describeError(new RangeError('sites'))
      expect(stack).toMatch(/^RangeError: sites\n\s+at .*describe-error-shapes\.test\.ts:\d+/)
      expect(fingerprint).toMatch(/^[\da-f]{16}$/)
    } finally {
      Error.prepareStackTrace = before
    }
  })

  it('an assertion that failed', () => {
    let thrown: unknown
    try {
      assert.deepStrictEqual({ a: 1 }, { a: 2 })
    } catch (error) {
      thrown = error
    }
    expect(describeError(thrown)).toMatchObject({ name: 'AssertionError', stack: expect.stringContaining('at ') })
  })
})

describe('a fingerprint is the same for ids of every kind', () => {
  const of = (id: string) => describeError({ name: 'NotFound', message: `order ${id} not found` }).fingerprint
  it.each([
    ['507f1f77bcf86cd799439011', '65a1b2c3d4e5f60718293a4b'],
    ['V1StGXR8_Z5jdHi6B-myT', 'q7Zr2LmX9vKc4TbN8sWd'],
    ['01ARZ3NDEKTSV4RRFFQ69G5FAV', '01BX5ZZKBKACTAV9WEVGEMMVRZ'],
    ['17', '18.5'],
  ])('%s and %s', (one, two) => {
    expect(of(one)).toBe(of(two))
  })
})

describe('a long random token of a message is masked in the stack, too', () => {
  const shown = (error: unknown) => JSON.stringify(describeError(error))
  const edited = new Error(`edited ${SECRET}`)
  edited.message = 'edited'
  const named = new Error('x')
  named.stack = `Named [E_X]: x ${SECRET}\n    at f (/app/${'a1'.repeat(20)}/x.js:1:2)`
  const looksLikeFrames = `first\n    at step ${SECRET} (x.js:1:2)\n    at last`

  it.each([
    ['in one line', new Error(`token ${SECRET} expired`)],
    ['in several lines', new Error(`first\nsecond ${SECRET}\nthird`)],
    ['in lines that look like frames', new Error(looksLikeFrames)],
    ['with characters of a pattern', new Error(`(.*)+[$&] ${SECRET} $1 \\`)],
    ['that was edited afterwards', edited],
    ['with a name and a code', named],
    ['of a cause', new Error('outer', { cause: new Error(`inner ${SECRET}`) })],
    ['of a cause that is text', new Error('outer', { cause: `inner ${SECRET}` })],
    ['of an inner error', new AggregateError([new Error(`inner ${SECRET}`)], 'all')],
    ['in a code', Object.assign(new Error('x'), { code: SECRET })],
    ['in a name', Object.assign(new Error('x'), { name: SECRET })],
    ['after a megabyte', new Error(`${'word '.repeat(200_000)}${SECRET}`)],
    ['where the message is cut', new Error(`${'x'.repeat(1_010)} ${SECRET}`)],
    ['where the message is cut for masking', new Error(`${'word '.repeat(816)}${SECRET}`)],
  ])('%s', (_where, error) => {
    const text = shown(error)
    expect(text).not.toContain(SECRET)
    expect(text).not.toContain(SECRET.slice(0, 12))
    expect(text).not.toContain(SECRET.slice(-12))
  })

  it('frames keep their paths', () => {
    expect(describeError(named).stack).toContain(`/app/${'a1'.repeat(20)}/x.js`)
    const { stack } = describeError(new Error(`token ${SECRET} expired`))
    expect(stack).toMatch(/^Error: token \*\*\* expired\n\s+at .*describe-error-shapes/)
  })

  it('a message of a megabyte leaves the frames', () => {
    expect(describeError(new Error('word '.repeat(200_000))).stack).toMatch(/\n\s+at .*describe-error-shapes/)
  })
})
