import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** Read by a part that may not import the one that writes it. */
const SHARED = ['@gravito/quasar/skip', '@gravito/quasar/trace']

/** The names of global slots, each as often as a file defines it. */
function slots(): string[] {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file))
  return files.flatMap((file) => {
    const text = readFileSync(join('src', file), 'utf8')
    return [...text.matchAll(/Symbol\.for\('([^']+)'\)/g)].map(([, name]) => name as string)
  })
}

test('no two parts keep different things in a global slot of one name', () => {
  const names = slots()
  expect(names.length).toBeGreaterThan(20)
  const repeated = names.filter((name, index) => names.indexOf(name) !== index)
  expect(repeated.filter((name) => !SHARED.includes(name))).toEqual([])
})
