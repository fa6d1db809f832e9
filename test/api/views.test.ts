import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { SCHEMAS } from '../../src/api/schemas.js'

it('the types of all schemas that have a name are exported, and no others', () => {
  const text = readFileSync(new URL('../../src/api/views.ts', import.meta.url), 'utf8')
  const names = [...text.matchAll(/export type \{([^}]*)\}/g)].flatMap(([, list = '']) => list.match(/\w+/g) ?? [])
  expect(names.sort()).toEqual(Object.keys(SCHEMAS).sort())
})
