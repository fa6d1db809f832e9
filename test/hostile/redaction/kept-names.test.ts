import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { maskPayload } from '../../../src/redaction/json.js'
import { indexPayload } from '../../../src/search/terms.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function heapBytes(): number {
  collect()
  return process.memoryUsage().heapUsed
}

/** 500 KB each, with a field whose name is long enough to be a slice of the text. */
const payload = (name: string) => Buffer.from(`{"${name}":"1","b":"${'word '.repeat(100_000)}"}`).toString()

it.each<[what: string, read: (text: string) => unknown]>([
  ['masking', maskPayload],
  ['indexing', (text) => indexPayload(text, true)],
])('%s remembers names of fields, and not the payloads that they were in', (what, read) => {
  const before = heapBytes()
  for (let count = 0; count < 60; count++) read(payload(`${what}AndLong${count}`))
  expect(heapBytes() - before).toBeLessThan(10_000_000)
})
