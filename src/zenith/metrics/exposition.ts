import { inSlices } from '../../lib/async.js'

/** Prometheus' text format 0.0.4. */
export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

export type Labels = Readonly<Record<string, string | null>>

export interface Family {
  readonly name: string
  readonly type: 'gauge' | 'counter' | 'histogram'
  readonly help: string
  /** Unknown values have no sample. */
  readonly samples: readonly Sample[]
}

export interface Sample {
  readonly labels: Labels
  readonly value: number | null
  /** Of a histogram: `_bucket`, `_sum`, `_count`. */
  readonly suffix?: string
}

/** The families of several sources as one list, each sample with a label that names its source. */
export function labelledFamilies(sources: ReadonlyMap<string, readonly Family[]>, label: string): Family[] {
  const families = new Map<string, Family>()
  for (const [source, own] of sources)
    for (const family of own) {
      const samples = family.samples.map((sample) => ({ ...sample, labels: { [label]: source, ...sample.labels } }))
      const before = families.get(family.name)?.samples ?? []
      families.set(family.name, { ...family, samples: [...before, ...samples] })
    }
  return [...families.values()]
}

/** Samples to write before yielding to the event loop. */
const SLICE = 2_000

/** Omits families without samples. Yields to the event loop in between. */
export async function exposition(families: readonly Family[]): Promise<string> {
  const texts: string[] = []
  for (const family of families) texts.push(await formatFamily(family))
  return texts.join('')
}

async function formatFamily({ name, type, help, samples }: Family): Promise<string> {
  const lines: string[] = []
  await inSlices(samples, SLICE, ({ suffix = '', labels, value }) => {
    if (value !== null) lines.push(`${name}${suffix}${formatLabels(labels)} ${formatValue(value)}\n`)
  })
  if (lines.length === 0) return ''
  return `# HELP ${name} ${escapeText(help)}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

function formatLabels(labels: Labels): string {
  const pairs = Object.entries(labels).flatMap(([name, value]) =>
    value === null ? [] : [`${name}="${escapeText(value).replaceAll('"', '\\"')}"`],
  )
  return pairs.length > 0 ? `{${pairs.join(',')}}` : ''
}

function escapeText(text: string): string {
  return text.toWellFormed().replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function formatValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  return String(value)
}
