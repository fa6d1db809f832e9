import { afterEach, describe, expect, it } from 'vitest'
import { untraced } from '../../src/tracing/untraced.js'

const OTEL = Symbol.for('opentelemetry.js.api.1')
const slots = globalThis as Record<string | symbol, unknown>
afterEach(() => {
  delete slots[OTEL]
  delete slots.__SENTRY__
})

const fail = () => {
  throw new Error('of the tracer')
}
const context = { getValue: () => undefined, setValue: () => context }
const otel = (parts: object) => ({ context: { active: () => context, ...parts } })
const sentry = (withScope: unknown) => ({ version: '99', 99: { acs: { withScope } } })

/** Tracers that are not as they are known, each another way. */
const TRACERS: Record<string, () => void> = {
  'OpenTelemetry without a context': () => (slots[OTEL] = otel({ active: fail })),
  'OpenTelemetry that fails before': () => (slots[OTEL] = otel({ with: fail })),
  'OpenTelemetry that fails after': () =>
    (slots[OTEL] = otel({ with: (_: unknown, run: () => void) => [run(), fail()] })),
  'OpenTelemetry that runs nothing': () => (slots[OTEL] = otel({ with: () => undefined })),
  'OpenTelemetry that runs twice': () =>
    (slots[OTEL] = otel({ with: (_: unknown, run: () => unknown) => [run(), run()] })),
  'Sentry without scopes': () => (slots.__SENTRY__ = sentry(undefined)),
  'Sentry whose scope takes no data': () => (slots.__SENTRY__ = sentry((run: (scope: object) => unknown) => run({}))),
  'Sentry of another form': () => (slots.__SENTRY__ = { version: 7 }),
}

describe('work that is not to be traced', () => {
  it.each(Object.entries(TRACERS))('is done, and once, beside %s', (_, place) => {
    place()
    let times = 0
    const value = untraced(() => {
      times += 1
      return 'done'
    })
    expect([value, times]).toEqual(['done', 1])
  })
})
