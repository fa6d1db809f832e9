import { expect, it } from 'vitest'
import { ROLES, suffices } from '../../../src/zenith/auth/roles.js'

it('a role may what those before it may', () => {
  const table = ROLES.map((role) => ROLES.map((needed) => suffices(role, needed)))
  expect(table).toEqual([
    [true, false, false],
    [true, true, false],
    [true, true, true],
  ])
})
