import { inflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import {
  parseException,
  parseFinishedJobs,
  parseHeartbeat,
  parseQueueHistory,
  parseQueueSnapshot,
  parseRollup,
  parseSlowEntry,
  Sketch,
} from '../../src/protocol/index.js'
import { isSketchText } from '../../src/protocol/sketch.js'
import { maskMessage } from '../../src/redaction/secrets.js'
import { fieldsOfFlat, type SchemaName, validatorOf } from './records.js'
import { VECTORS } from './vectors/index.js'

/**
 * After a change of the protocol: `npx vitest run test/protocol/vectors.test.ts -u`. Then the tests of the clients tell which of them has to
 * follow.
 */
test.each(Object.entries(VECTORS))('the vectors of %s are those that the package gives', async (name, vectors) => {
  const text = `${JSON.stringify(vectors(), null, 1)}\n`
  await expect(text).toMatchFileSnapshot(`../../schemas/vectors/${name}.json`)
})

const VALID: readonly (readonly [SchemaName, readonly object[]])[] = [
  ['heartbeat', VECTORS.heartbeats().cases.map(({ text }) => JSON.parse(text))],
  ['exception', VECTORS.exceptions().cases.map(({ text }) => JSON.parse(text))],
  ['slow-entry', VECTORS['slow-entries']().cases.map(({ fields }) => fieldsOfFlat(fields))],
  ['queue-snapshot', VECTORS.snapshots().cases.map(({ text }) => JSON.parse(text))],
  ['queue-history', VECTORS['queue-history']().cases.map(({ text }) => JSON.parse(text))],
  ['finished-jobs', VECTORS['finished-jobs']().cases.map(({ text }) => JSON.parse(text))],
  ['rollup', VECTORS.rollups().cases.map(({ text }) => JSON.parse(text))],
]

test.each(VALID)('every vector is a valid %s', (schema, records) => {
  const validate = validatorOf(schema)
  for (const record of records) {
    validate(record)
    expect(validate.errors).toBeNull()
  }
})

describe('readers get back what was written', () => {
  test('records', () => {
    for (const { heartbeat, text } of VECTORS.heartbeats().cases) expect(parseHeartbeat(text)).toEqual(heartbeat)
    for (const { exception, text } of VECTORS.exceptions().cases) expect(parseException(text)).toEqual(exception)
    for (const { entry, fields } of VECTORS['slow-entries']().cases)
      expect(parseSlowEntry(fieldsOfFlat(fields))).toEqual(entry)
    for (const { snapshot, text } of VECTORS.snapshots().cases) expect(parseQueueSnapshot(text)).toMatchObject(snapshot)
    for (const { history, text } of VECTORS['queue-history']().cases)
      expect(parseQueueHistory(text)).toMatchObject({ node: history.node, from: history.from, to: history.to })
    for (const { record, text } of VECTORS['finished-jobs']().cases)
      expect(parseFinishedJobs(text)?.jobs).toMatchObject(record.jobs)
  })

  test('rollups, deflated and plain', () => {
    for (const { text, deflate, requests, jobs } of VECTORS.rollups().cases) {
      const rollup = parseRollup(text)
      const total = (series: readonly { count: number }[] = []) => series.reduce((sum, { count }) => sum + count, 0)
      expect(total(rollup?.routes)).toBe(requests.length)
      expect(total(rollup?.jobs)).toBe(jobs.length)
      if (deflate) expect(inflateRawSync(Buffer.from(deflate, 'base64')).toString()).toBe(text)
    }
    expect(VECTORS.rollups().cases.filter(({ deflate }) => deflate)).not.toEqual([])
  })

  test('sketches', () => {
    const { record, merge, invalid } = VECTORS.sketches()
    for (const { count, text } of record) expect(Sketch.decode(text)?.count).toBe(count)
    for (const { text } of merge) expect(isSketchText(text)).toBe(true)
    for (const text of invalid) expect(isSketchText(text), text).toBe(false)
  })
})

test('masking hides the secrets, and keeps the rest', () => {
  for (const { text, hides, keeps } of VECTORS.redaction().texts) {
    const masked = maskMessage(text)
    for (const secret of hides) expect(masked).not.toContain(secret)
    for (const part of keeps) expect(masked).toContain(part)
  }
})
