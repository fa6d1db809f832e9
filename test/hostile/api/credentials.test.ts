import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import { createLoginLink, createZenith, type ZenithAuth } from '../../../src/runtime/create-zenith.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { USERS } from '../../zenith/support/login.js'
import { oddText, runs } from '../support/fuzz.js'

const WAYS: readonly [string, () => ZenithAuth][] = [
  ['basic', () => ({ basic: { username: 'ada', password: 'correct horse' } })],
  ['bearer', () => ({ bearer: 'the-right-token' })],
  ['the log-in', () => ({ users: USERS })],
  ['the link', () => ({ link: createLoginLink() })],
]

/** What `Headers` takes. */
const headerText = oddText.map((text) => text.replace(/[^\x20-\x7e]/g, '~').slice(0, 2_000))
const address = fc.oneof(fc.ipV4(), fc.ipV6(), headerText, fc.constant('127.0.0.1'))
const headers = fc.record({
  authorization: fc.tuple(fc.constantFrom('Basic ', 'Bearer ', ''), headerText).map(([scheme, text]) => scheme + text),
  cookie: fc
    .tuple(fc.constantFrom('quasar_session=', 'quasar_device=', 'quasar_link_80=', ''), headerText)
    .map((all) => all.join('')),
  'x-forwarded-for': fc.array(address, { maxLength: 5 }).map((all) => all.join(', ')),
  host: fc.constantFrom('localhost', 'localhost:80', 'evil.example'),
})
const paths = fc.oneof(
  fc.constantFrom('/', '/api/session', '/login', '/metrics'),
  headerText.map((text) => `/login/link/${encodeURIComponent(text)}`),
)

it.each(WAYS)('lets nobody in by %s and breaks by nothing, whatever is sent from wherever', async (_, auth) => {
  const complaints: string[] = []
  const logger = { info() {}, warn() {}, error: (line: string) => void complaints.push(line) }
  const zenith = createZenith({ store: memoryStore(), auth: auth(), logger, proxies: ['127.0.0.1', '10.0.0.0/8'] })
  onTestFinished(() => zenith.close())
  await fc.assert(
    fc.asyncProperty(paths, headers, address, async (path, sent, peer) => {
      const answer = await zenith.fetch(new Request(`http://localhost${path}`, { headers: sent }), { peer })
      expect([200, 303, 401, 429]).toContain(answer.status)
      // The form is the only page before the log-in.
      if (answer.status === 200) expect(path).toBe('/login')
      if (answer.status === 303) expect(answer.headers.get('location')).toMatch(/^(\.\.?\/)+login/)
      if (answer.status === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    }),
    runs(300),
  )
  expect(complaints).toEqual([])
})
