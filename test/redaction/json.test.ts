import { describe, expect, it } from 'vitest'
import { maskPayload } from '../../src/redaction/json.js'

const shown = (value: unknown) => maskPayload(typeof value === 'string' ? value : JSON.stringify(value))

describe('a payload that is shown', () => {
  it.each([
    ['password', 'hunter2'],
    ['userPassword', 'hunter2'],
    ['DB_PASSWD', 'hunter2'],
    ['apiKey', 'k-1'],
    ['x-api-key', 'k-1'],
    ['accessToken', 'abc'],
    ['authorization', 'Bearer x'],
    ['auth', { user: 'ada', key: 'abc' }],
    ['session_id', 's-1'],
    ['otp', 123_456],
    ['clientSecret', ['a', 'b']],
    ['credentials', { nested: { deep: 'x' } }],
  ])('has no value of %s', (name, value) => {
    const { text, masked, isJson } = shown({ id: 7, [name]: value, after: 'seen' })
    expect(JSON.parse(text)).toMatchObject({ id: 7, after: 'seen' })
    for (const secret of JSON.stringify(value).match(/[\w-]+/g) ?? []) {
      if (!['user', 'key', 'nested', 'deep'].includes(secret)) expect(text).not.toContain(`"${secret}"`)
    }
    expect(text).not.toContain('hunter2')
    expect(masked).toBeGreaterThan(0)
    expect(isJson).toBe(true)
  })

  it.each(['author', 'design', 'passenger', 'assign', 'pinned', 'to', 'compass'])('shows %s', (name) => {
    expect(shown({ [name]: 'value' })).toEqual({ text: `{"${name}":"value"}`, isJson: true, masked: 0 })
  })

  it('is the same to the character but for what is masked', () => {
    const text =
      '{ "id": 12345678901234567890.10,\n "a":1, "a": 2, "token" :"x\\"y", "t": null, "mail":"ada@example.com" }'
    expect(shown(text)).toEqual({ text: text.replace('"x\\"y"', '"***"'), isJson: true, masked: 1 })
  })

  it('leaves alone what is empty under the name of a secret', () => {
    expect(shown({ password: null, hasToken: true, secret: '' }).masked).toBe(0)
  })

  it('finds secrets in JSON within JSON, and credentials in any text', () => {
    const inner = JSON.stringify({ password: 'hunter2', quiet: 'yes' })
    const { text, masked } = shown({ data: inner, url: 'redis://u:hunter2@host/0', note: 'Bearer abcdefghijkl' })
    expect(text).not.toMatch(/hunter2|abcdefghijkl/)
    expect(JSON.parse(JSON.parse(text).data)).toEqual({ password: '***', quiet: 'yes' })
    expect(masked).toBe(3)
  })

  it('finds them in what PHP serialized, as a payload and within one', () => {
    const php = 'O:8:"App\\Mail":2:{s:11:"\0*\0password";s:7:"hunter2";s:2:"to";s:3:"ada";}'
    for (const { text, masked } of [shown(php), shown({ data: { command: php } })]) {
      expect(text).not.toContain('hunter2')
      expect(text).toContain('ada')
      expect(masked).toBe(1)
    }
  })

  it('takes text that is no JSON, and JSON that is deep or large', () => {
    expect(shown('just text')).toEqual({ text: 'just text', isJson: false, masked: 0 })
    expect(shown('{"a":')).toMatchObject({ isJson: false })
    const deep = `${'[{"a":'.repeat(3_000)}{"token":"x"}${'}]'.repeat(3_000)}`
    expect(shown(deep)).toMatchObject({ isJson: true, masked: 1 })
    const large = JSON.stringify({
      rows: Array.from({ length: 40_000 }, (_, id) => ({ id, password: 'hunter2', text: 'x'.repeat(40) })),
    })
    const answer = shown(large)
    expect(answer.masked).toBe(40_000)
    expect(answer.text).not.toContain('hunter2')
  })

  it('is cut before it is searched, and no secret shows at the cut', () => {
    const text = JSON.stringify({ list: ['a'.repeat(50)], password: 'hunter2', rest: 'x'.repeat(3_000_000) })
    for (let length = 1; length < 200; length++) {
      const { text: part } = maskPayload(text, length)
      expect(part.length).toBeLessThanOrEqual(length)
      expect(part).not.toContain('hu')
    }
    expect(maskPayload(text, 1_000).text.length).toBeGreaterThan(900)
  })
})
