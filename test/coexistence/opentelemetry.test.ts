import { expect, it } from 'vitest'
import { openNeighbours, type Run } from './beside.js'
import { callApp, expectRight, INCOMING, traceIdsOf } from './traffic.js'

interface Span {
  readonly traceId: string
  readonly name: string
  readonly kind: number
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[]
  readonly status: { readonly code?: number }
  readonly events: readonly { readonly name: string }[]
}

const SERVER = 2
const beside = openNeighbours()

it.each(['express', 'fastify', 'hono'])(
  "keeps OpenTelemetry's spans as they are and takes over its trace ids: %s",
  async (app) => {
    const runs = await beside.run(`app.cjs ${app}`, 'opentelemetry.cjs', callApp)
    expectRight(runs)
    const spans = spansOf(runs.watched)
    expect(spans.map(shape).sort()).toEqual(spansOf(runs.bare).map(shape).sort())
    expect(spans.filter(({ kind }) => kind === SERVER)).toHaveLength(5)
    const { slow, exception } = traceIdsOf(runs.watched)
    expect(slow).toEqual([traceOf(spans, '/slow', (id) => id !== INCOMING), INCOMING])
    expect(exception).toBe(traceOf(spans, '/fail'))
  },
)

/** All but the span that Express's instrumentation makes of every middleware, Quasar's too. */
function spansOf({ sent }: Run<unknown>): Span[] {
  const requests = sent.map(({ body }) => JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] })
  const spans = requests.flatMap(({ resourceSpans }) =>
    resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
  )
  return spans.filter(({ name }) => name !== 'middleware - quasar')
}

function traceOf(spans: readonly Span[], path: string, isWanted = (_id: string) => true): string | undefined {
  const found = spans.find(
    (span) =>
      span.kind === SERVER &&
      isWanted(span.traceId) &&
      [attribute(span, 'url.path'), attribute(span, 'http.target')].includes(path),
  )
  return found?.traceId
}

/** What of a span is the same in every run. */
function shape(span: Span): string {
  const status = attribute(span, 'http.response.status_code') ?? attribute(span, 'http.status_code')
  const events = span.events.map(({ name }) => name)
  // Its instrumentation names a handler without a name by the plugins that Fastify knows.
  const name = span.name.replace('@gravito/quasar -> ', '')
  return JSON.stringify([span.kind, name, attribute(span, 'http.route'), status, span.status.code, events])
}

function attribute(span: Span, key: string): unknown {
  return Object.values(span.attributes.find((one) => one.key === key)?.value ?? {})[0]
}
