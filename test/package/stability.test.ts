import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { manifest } from './packed.js'

it('says of every subpath whether it is stable', () => {
  const rows = [...readFileSync('docs/stability.md', 'utf8').matchAll(/^\| `(@gravito\/quasar[^`]*)` \| (\w+) \|/gm)]
  const promised = rows.map(([, subpath = '']) => subpath.replace(manifest.name, '.'))
  expect(promised.sort()).toEqual(Object.keys(manifest.exports).sort())
  expect(rows.map(([, , promise]) => promise).filter((word) => !/^(stable|experimental)$/.test(word ?? ''))).toEqual([])
})
