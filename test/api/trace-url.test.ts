import { expect, it } from 'vitest'
import { isTraceUrl, traceHref } from '../../src/api/trace-url.js'

const TEMPLATE = 'https://tracer.example/trace/{traceId}'

it.each([
  TEMPLATE,
  'http://localhost:16686/trace/{traceId}?from={traceId}#{traceId}',
  'https://tracer.example/?query=%7B%22id%22%3A%22{traceId}%22%7D',
])('%s is the URL of a tracer', (template) => {
  expect(isTraceUrl(template)).toBe(true)
})

it.each([
  undefined,
  7,
  '',
  'tracer.example/{traceId}',
  '/trace/{traceId}',
  'https://tracer.example/trace/',
  'https://tracer.example/{traceid}',
  'javascript:alert("{traceId}")',
  'data:text/html,{traceId}',
  'ftp://tracer.example/{traceId}',
  'https://{traceId}.tracer.example/',
  'https://tracer.example{traceId}/',
  'https://tracer.example:{traceId}/',
  'https://{traceId}@tracer.example/',
  'https://user:password@tracer.example/{traceId}',
  `https://tracer.example/${'a'.repeat(2_048)}{traceId}`,
])('%s is none', (template) => {
  expect(isTraceUrl(template)).toBe(false)
})

it('encodes the id, whatever it is', () => {
  expect(traceHref(TEMPLATE, '4bf92f35')).toBe('https://tracer.example/trace/4bf92f35')
  expect(traceHref(TEMPLATE, '../x?y#z"<&')).toBe('https://tracer.example/trace/..%2Fx%3Fy%23z%22%3C%26')
  for (const id of ['', '.', '..', '\ud800']) expect(traceHref(TEMPLATE, id)).toBeNull()
  expect(traceHref(undefined, '4bf92f35')).toBeNull()
  expect(traceHref('javascript:{traceId}', '1')).toBeNull()
})
