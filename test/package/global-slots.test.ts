import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** A symbol, or what `globalSlot` and `sharedWatch` make one of. */
const DEFINED = /Symbol\.for\('([^']+)'\)|(?:globalSlot|sharedWatch)(?:<\w+>)?\(\s*'([^']+)'/g

/** The names of global slots, each as often as a file defines it. */
function slots(): string[] {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file))
  return files.flatMap((file) => {
    const text = readFileSync(join('src', file), 'utf8')
    return [...text.matchAll(DEFINED)].map(([, symbol, slot]) => symbol ?? `@gravito/quasar/${slot}`)
  })
}

test('no two parts keep different things in a global slot of one name', () => {
  const names = slots()
  expect(names.length).toBeGreaterThan(20)
  const repeated = names.filter((name, index) => names.indexOf(name) !== index)
  expect(repeated).toEqual([])
})
