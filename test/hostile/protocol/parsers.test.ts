import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import * as protocol from '../../../src/protocol/index.js'
import { readSchema, type SchemaName, validatorOf } from '../../protocol/records.js'
import { deepJson, isPolluted, oddJson, oddText, runs } from '../support/fuzz.js'
import { PARSERS, type ParserCase } from './table.js'

type Json = Record<string, unknown>

afterEach(() => expect(isPolluted()).toBe(false))

it('every parser of the protocol is tried here', () => {
  const parsers = Object.keys(protocol).filter((name) => name.startsWith('parse'))
  expect(Object.keys(PARSERS).sort()).toEqual(parsers.sort())
})

/** A record's text with some of its values, at any depth, replaced by texts that are JSON; and some fields that nobody knows. */
function damaged(write: ParserCase['write'], valid: fc.Arbitrary<never>): fc.Arbitrary<string> {
  const changes = fc.array(fc.tuple(fc.nat(), oddJson), { minLength: 1, maxLength: 4 })
  return fc.tuple(valid, changes, fc.option(oddText)).map(([record, list, field]) => {
    const text = list.reduce((json, [place, value]) => replaceValue(json, place, value), write(record))
    return field === null ? text : text.replace(/^\{/, `{${JSON.stringify(field)}:${list[0]?.[1] ?? 'null'},`)
  })
}

/** Values of a JSON text: what comes after a colon and is no object. */
function replaceValue(json: string, place: number, value: string): string {
  const values = [...json.matchAll(/(?<=":)(?:"(?:[^"\\]|\\.)*"|\{|\[|[^,{}[\]"]+)/g)]
  const found = values[place % Math.max(1, values.length)]
  if (!found) return json
  const rest = json.slice(found.index)
  const inner = /^[[{]/.test(rest) ? balanced(rest) : found[0]
  return json.slice(0, found.index) + value + rest.slice(inner.length)
}

function balanced(text: string): string {
  let depth = 0
  for (const { 0: mark, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (mark === '{' || mark === '[') depth += 1
    if (mark === '}' || mark === ']') depth -= 1
    if (depth === 0) return text.slice(0, index + 1)
  }
  return text
}

function numbersOf(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersOf) : []
}

/** What was read can be kept, sent and shown: it is plain, finite and not large. */
function expectSound(record: unknown, { maxChars }: ParserCase): void {
  if (record === null) return
  expect(JSON.stringify(record).length).toBeLessThanOrEqual(maxChars)
  expect(numbersOf(record).filter((number) => !Number.isFinite(number))).toEqual([])
  expect(Object.getPrototypeOf(record)).toBe(Object.prototype)
}

function fits(name: SchemaName, text: string): unknown {
  const validate = validatorOf(name)
  validate(JSON.parse(text))
  return validate.errors
}

describe.each(Object.entries(PARSERS))('%s', (_, parser) => {
  const { read, write, valid, schema } = parser

  it('reads any text or says that it is none', () => {
    fc.assert(
      fc.property(fc.oneof(oddText, oddJson), (text) => expectSound(read(text), parser)),
      runs(300),
    )
  })

  it('reads what is no text as nothing', () => {
    fc.assert(
      fc.property(
        fc.anything({ withMap: true, withNullPrototype: true }).filter((value) => typeof value !== 'string'),
        (value) => void (parser.schema !== null && expect(read(value as never)).toBeNull()),
      ),
      runs(100),
    )
  })

  if (!valid) return

  it('reads again what was written of a valid record', () => {
    fc.assert(
      fc.property(valid, (record) => {
        expect(read(write(record))).toEqual(record)
      }),
      runs(150),
    )
  })

  it('reads of a damaged record what makes sense, and that can be written and read again', () => {
    fc.assert(
      fc.property(damaged(write, valid), (text) => {
        const record = read(text)
        expectSound(record, parser)
        if (record !== null) expect(read(write(record as never))).toEqual(record)
      }),
      runs(400),
    )
  })

  if (!schema) return

  it('gives what fits the schema when it is written again, whatever it was read from', () => {
    const validate = validatorOf(schema)
    fc.assert(
      fc.property(fc.oneof(valid.map(write), damaged(write, valid)), (text) => {
        const record = read(text)
        if (record === null) return
        validate(JSON.parse(write(record as never)))
        expect(validate.errors).toBeNull()
      }),
      runs(200),
    )
  })

  it('is not broken by a field that is 100 000 levels deep, whichever it is', () => {
    const [sample] = fc.sample(valid, { numRuns: 1, seed: 1 })
    const text = write(sample as never)
    const { properties } = readSchema(schema) as { properties?: Json }
    for (const field of Object.keys(properties ?? {})) {
      const changed = JSON.stringify({ ...JSON.parse(text), [field]: 'HERE' }).replace('"HERE"', deepJson(100_000))
      const record = read(changed)
      expectSound(record, parser)
      if (record !== null) expect(fits(schema, write(record as never))).toBeNull()
    }
  })

  it('takes times that a calendar has, and no others', () => {
    const [sample] = fc.sample(valid, { numRuns: 1, seed: 1 })
    for (const time of ['1e300', '8640000000000001', '-1', '1e400']) {
      const changed = write(sample as never).replaceAll(/("(?:timestamp|ts|from|to|at)":)"?[\d.e+]+"?/g, `$1${time}`)
      const record = read(changed) as Json | null
      for (const field of ['timestamp', 'ts', 'from', 'to', 'at']) {
        if (record?.[field] !== undefined)
          expect(Number.isFinite(new Date(record[field] as number).getTime())).toBe(true)
      }
    }
  })
})
