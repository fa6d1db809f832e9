import { describe, expect, it } from 'vitest'
import { PERMISSIONS } from '../../src/api/permissions.js'
import { draftOf, grantOf, placeText } from '../../src/dashboard/features/people/grants.js'
import { PERMISSION_GROUPS } from '../../src/dashboard/features/people/permission-words.js'
import { agentText } from '../../src/dashboard/features/people/session-words.js'

it('has each permission in one group', () => {
  expect(PERMISSION_GROUPS.flatMap(([, permissions]) => permissions).sort()).toEqual([...PERMISSIONS].sort())
})

describe('a grant', () => {
  it.each([
    [{ role: 'admin', cluster: '*', queues: null }, 'everywhere'],
    [{ role: 'viewer', cluster: 'eu', queues: null }, 'in eu'],
    [{ role: 'operator', cluster: '*', queues: ['mail*', 'orders'] }, 'for mail*, orders'],
    [{ role: 'operator', cluster: 'eu', queues: ['a, b', 'c'] }, 'for a, b, c in eu'],
  ])('%j is edited without a change, and applies %s', (grant, words) => {
    expect(grantOf(draftOf(grant))).toEqual(grant)
    expect(placeText(grant)).toBe(words)
  })
})

it.each([
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox 140 on Windows'],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0',
    'Edge 141 on Windows',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
    'Safari 18 on macOS',
  ],
  [
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36',
    'Chrome 141 on Android',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/141.0.0.0 Mobile/15E148 Safari/604.1',
    'Chrome 141 on iPhone',
  ],
  ['curl/8.5.0', 'curl/8.5.0'],
  ['', 'unknown browser'],
])('calls %s %s', (agent, words) => {
  expect(agentText(agent)).toBe(words)
})
