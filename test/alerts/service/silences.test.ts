import { describe, expect, test } from 'vitest'
import type { Track } from '../../../src/alerts/engine/track.js'
import type { AlertSubject, Silence, WeeklyTime } from '../../../src/api/alerts.js'
import { isActive, isWithin, silencerOf } from '../../../src/zenith/alerts/silences.js'

const at = (time: string) => Date.parse(time)

const weekly = (fields: Partial<WeeklyTime> = {}): WeeklyTime => {
  return { days: ['sun'], from: '22:00', minutes: 240, timeZone: 'Europe/Berlin', ...fields }
}

const silence = (fields: Partial<Silence> = {}): Silence => {
  const lists = { rules: [], services: [], hosts: [], nodes: [], queues: [] }
  return {
    id: 's',
    reason: 'r',
    ...lists,
    until: at('2026-12-01T00:00Z'),
    weekly: null,
    by: 'ada',
    at: 0,
    isActive: false,
    ...fields,
  }
}

const track = (subject: Partial<AlertSubject>, rule = 'cpu') => {
  const about = { kind: 'service', key: 'k', name: 'n', service: null, services: [], host: null, environment: null }
  return { rule, subject: { ...about, ...subject } } as unknown as Track
}

describe('a weekly maintenance', () => {
  // Berlin is one hour ahead of UTC in winter, two in summer.
  test.each([
    ['before it begins', '2026-11-29T20:59:00Z', false],
    ['when it begins', '2026-11-29T21:00:00Z', true],
    ['after midnight, on the next day', '2026-11-30T00:59:00Z', true],
    ['when it has ended', '2026-11-30T01:00:00Z', false],
    ['on another day', '2026-12-01T21:30:00Z', false],
    ['in summer, an hour earlier by UTC', '2026-07-05T20:00:00Z', true],
    ['in summer, when it has ended', '2026-07-06T00:00:00Z', false],
  ])('%s', (_, time, expected) => {
    expect(isWithin(weekly(), at(time))).toBe(expected)
  })

  test('over the end of the week', () => {
    const long = weekly({ days: ['sun'], from: '23:00', minutes: 120, timeZone: 'UTC' })
    expect(isWithin(long, at('2026-11-30T00:30:00Z'))).toBe(true)
    expect(isWithin(long, at('2026-11-30T01:00:00Z'))).toBe(false)
  })

  test('of a whole week is always', () => {
    const always = weekly({ minutes: 10_080, timeZone: 'UTC' })
    for (let hour = 0; hour < 168; hour++)
      expect(isWithin(always, at('2026-11-30T00:00Z') + hour * 3_600_000)).toBe(true)
  })

  test('ends with its end', () => {
    expect(isActive(silence({ weekly: weekly({ minutes: 10_080 }), until: 5 }), 6)).toBe(false)
    expect(isActive(silence({ weekly: weekly({ minutes: 10_080 }), until: null }), 6)).toBe(true)
  })
})

describe('a silence mutes', () => {
  const now = at('2026-11-30T00:00Z')
  const mutes = (fields: Partial<Silence>, subject: Partial<AlertSubject>, rule?: string) =>
    silencerOf([silence(fields)], now)(track(subject, rule)) !== null

  test('its rules, by pattern', () => {
    expect(mutes({ rules: ['c*'] }, {})).toBe(true)
    expect(mutes({ rules: ['disk'] }, {})).toBe(false)
  })

  test('the services that it names, and what they share only with all of them', () => {
    expect(mutes({ services: ['shop'] }, { service: 'shop' })).toBe(true)
    expect(mutes({ services: ['shop'] }, { kind: 'host', services: ['shop', 'mail'] })).toBe(false)
    expect(mutes({ services: ['shop', 'mail'] }, { kind: 'host', services: ['shop', 'mail'] })).toBe(true)
    expect(mutes({ services: ['*'] }, { kind: 'fleet' })).toBe(false)
  })

  test('one node, and no other', () => {
    expect(mutes({ nodes: ['web-1'] }, { kind: 'node', name: 'web-1', service: 'shop' })).toBe(true)
    expect(mutes({ nodes: ['web-1'] }, { kind: 'node', name: 'web-2', service: 'shop' })).toBe(false)
    expect(mutes({ nodes: ['web-1'] }, { kind: 'service', name: 'web-1' })).toBe(false)
  })

  test('hosts with what is on them, and queues by name or key', () => {
    expect(mutes({ hosts: ['db-*'] }, { kind: 'host', name: 'db-1', host: 'db-1' })).toBe(true)
    expect(mutes({ hosts: ['db-*'] }, { kind: 'node', name: 'n', host: 'db-1' })).toBe(true)
    expect(mutes({ hosts: ['*'] }, { kind: 'queue', name: 'mail', host: null })).toBe(false)
    expect(mutes({ queues: ['mail'] }, { kind: 'queue', name: 'mail', key: 'x' })).toBe(true)
    expect(mutes({ queues: ['x'] }, { kind: 'queue', name: 'mail', key: 'x' })).toBe(true)
  })

  test('only where all of its lists match', () => {
    expect(mutes({ rules: ['cpu'], hosts: ['db-1'] }, { kind: 'host', name: 'web-1', host: 'web-1' })).toBe(false)
  })
})
