import { describe, expect, it } from 'vitest'
import { describeError } from '../../../src/core/errors/describe-error.js'
import { narrowRecord } from '../../../src/core/report/narrow.js'
import { pickHeaders, redactId, redactUrl } from '../../../src/core/report/redaction.js'
import type { JobDetail, JobSummary } from '../../../src/protocol/index.js'
import { summaryText } from '../../../src/queues/shared/texts.js'
import { redactName } from '../../../src/redaction/name.js'
import { jobView, logView, summaryView } from '../../../src/zenith/queues/jobs/job-view.js'
import { sourceErrorInWords } from '../../../src/zenith/queues/monitor/source-error.js'
import { storeErrorInWords } from '../../../src/zenith/store/store-error.js'
import { isWhole } from '../../support/extent.js'
import { around, CREDENTIALS, MESSAGE_SHAPES, piecesIn, SHAPES } from '../support/sweep.js'

/** Nothing is cut before it is masked: wherever a secret stands, no piece of it is seen. */

const SUMMARY: JobSummary = {
  id: '1',
  name: 'send',
  state: 'failed',
  addedAt: null,
  runAt: null,
  startedAt: null,
  finishedAt: null,
  attempts: null,
  maxAttempts: null,
  priority: null,
  error: null,
  progress: null,
  parent: null,
  scheduler: null,
  dataBytes: null,
}
const DETAIL: JobDetail = {
  ...SUMMARY,
  data: null,
  result: null,
  options: null,
  failure: null,
  stacks: [],
  progressText: null,
  worker: null,
  children: null,
}
const SHOWING = { payloads: true, full: false }
const viewOf = (changes: Partial<JobDetail>) => jobView({ ...DETAIL, ...changes }, SHOWING, [])
const failed = (text: string) => Object.assign(new Error('no'), { stack: `Error: no\n    at ${text} (/app/a.js:1:2)` })

type Place = [name: string, edges: readonly number[], show: (text: string) => unknown, shapes?: readonly string[]]

/** Every third place still has every shape, with and without text after it. */
const STEP = isWhole ? 1 : 3

/** What is shown of a text, and where it is cut: at its limit, and at all other lengths that its masking knows. */
const PLACES: readonly Place[] = [
  ['a message', [1_024, 3_024, 4_096], (text) => describeError(new Error(text))],
  ['a name of an error', [200, 1_024], (text) => describeError(Object.assign(new Error('x'), { name: text }))],
  ['a code of an error', [200, 1_024, 2_200], (text) => describeError({ code: text })],
  ['a field of a thrown object', [40, 200], (text) => describeError({ [text]: 1 })],
  ['a cause', [1_024, 4_096], (text) => describeError(new Error('x', { cause: new Error(text) }))],
  ['a stack', [8_192, 10_192], (text) => describeError(failed(text)), SHAPES],
  ['a path', [500, 2_500, 8_192], (text) => redactUrl(`/${encodeURI(text)}`)],
  ['a path that is not encoded', [500, 2_500, 8_192], (text) => redactUrl(`/${text}%`)],
  ['a name in a query', [64, 500, 2_064, 8_192], (text) => redactUrl(`/a?b=1&${encodeURIComponent(text)}`)],
  ['a header', [200, 1_000, 2_200], (text) => pickHeaders((name) => (name === 'accept' ? text : undefined))],
  ['an id', [128, 1_000, 2_128], (text) => redactId(text), SHAPES],
  ['a name', [200, 1_000, 2_200], (text) => redactName(text), SHAPES],
  [
    'a text of `redact`',
    [40, 300],
    (text) => narrowRecord({ a: 'x'.repeat(300), b: '' } as never, () => ({ a: text, b: text })),
  ],
  ['an error of a source', [300, 600, 2_300], (text) => sourceErrorInWords(new Error(text))],
  ['an error of the store', [170, 200, 2_200], (text) => storeErrorInWords(new Error(text))],
  ['an error in a list', [300, 1_200, 2_300], (text) => summaryView({ ...SUMMARY, error: summaryText(text) })],
  [
    'an error that its source cut',
    [300, 2_300],
    (text) => summaryView({ ...SUMMARY, error: `${text.slice(0, 299)}…` }),
  ],
  ['a failure', [20_000, 22_000], (text) => viewOf({ failure: text })],
  ['a payload that is text', [20_000, 21_000], (text) => viewOf({ data: text }), CREDENTIALS],
  ['a payload', [20_000, 21_000], (text) => viewOf({ data: JSON.stringify({ note: text }) }), CREDENTIALS],
  ['a line of a log', [4_000, 6_000], (text) => logView(text)],
]

describe.each(PLACES.map(([name, ...place]) => ({ name, place })))('$name that is cut', ({ place }) => {
  const [edges, show, shapes = MESSAGE_SHAPES] = place
  it.each([...edges])('shows no piece of a secret at %d characters', (edge) => {
    for (const text of around(edge, shapes).filter((_, index) => index % STEP === 0)) {
      const pieces = piecesIn(JSON.stringify(show(text)))
      if (pieces.length > 0) expect.fail(`${pieces[0]} of …${text.replace(/( and more of it)+$/, '').slice(-120)}`)
    }
  })
})
