import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { describeError } from '../../src/core/errors/describe-error.js'
import { redactUrl } from '../../src/core/report/redaction.js'
import type { JobSummary } from '../../src/protocol/index.js'
import { seenTexts } from '../../src/redaction/job.js'
import { maskPayload } from '../../src/redaction/json.js'
import { redactName } from '../../src/redaction/name.js'
import { maskMessage } from '../../src/redaction/secrets.js'
import { logView, shownText } from '../../src/zenith/queues/jobs/job-view.js'
import { ALL_SHAPES, LOOK_ALIKES, type Shape } from './shapes.js'

const SHOWING = { payloads: true, full: false }

/** Where texts are kept and shown: each by the function that the place itself calls. */
const PLACES: Readonly<Record<string, (text: string) => unknown>> = {
  'the message of an error': (text) => describeError(new Error(text)).message,
  'a stack': (text) =>
    describeError(Object.assign(new Error('x'), { stack: `Error: x\n${text}\n    at f (/a.js:1:1)` })).stack,
  'a URL': (text) => [redactUrl(`/a/${text}`), redactUrl(`/a/${encodeURIComponent(text)}?${encodeURIComponent(text)}`)],
  "a job's payload": (text) =>
    [text, JSON.stringify({ note: text }), JSON.stringify({ a: JSON.stringify([text]) })].map(
      (payload) => shownText(payload, SHOWING).text,
    ),
  'a log and a failure': (text) => [logView(text), logView(`10:00 worker: ${text} (again)`)],
  'names and what is searched': (text) => [
    redactName(text),
    seenTexts({ summary: summaryWith(text), payload: text, failure: text }).slice(1),
  ],
}

function summaryWith(name: string): JobSummary {
  return { id: '1', name, error: name, parent: null, scheduler: null } as JobSummary
}

function leaks({ text, secret }: Shape, show: (text: string) => unknown): boolean {
  const shown = JSON.stringify(show(text))
  return shown.includes(secret) || shown.includes(encodeURIComponent(secret))
}

const misses = ALL_SHAPES.flatMap((shape) =>
  Object.entries(PLACES)
    .filter(([, show]) => leaks(shape, show))
    .map(([place]) => ({ ...shape, place })),
)

const MISSED = 42
const show = (count: number) => count.toLocaleString('en')

describe('the table of shapes and places', () => {
  it('holds about 140 shapes', () => {
    expect(ALL_SHAPES.length).toBeGreaterThan(140)
  })

  it('is masked but for what no program can tell', () => {
    const told = misses.filter(({ kind }) => kind !== 'prose')
    expect(told.map(({ text, place }) => `${place}: ${text}`)).toEqual([])
    expect(misses.length).toBe(MISSED)
  })

  it('has the figures that SECURITY.md says', async () => {
    const all = ALL_SHAPES.length * Object.keys(PLACES).length
    const figures = [
      `${ALL_SHAPES.length} shapes`,
      `${show(all - MISSED)} of ${show(all)}`,
      `none of ${LOOK_ALIKES.length}`,
    ]
    const text = await readFile('SECURITY.md', 'utf8')
    expect(figures.filter((figure) => !text.includes(figure))).toEqual([])
  })
})

it.each(ALL_SHAPES.filter(({ kind }) => kind !== 'prose'))('is masked once: $text', ({ text }) => {
  const masked = maskMessage(text)
  expect(maskMessage(masked)).toBe(masked)
})

describe('harmless text', () => {
  it.each(LOOK_ALIKES)('stays as it is: %s', (text) => {
    expect(maskMessage(text)).toBe(text)
    expect(maskPayload(JSON.stringify({ note: text })).masked).toBe(0)
  })
})
