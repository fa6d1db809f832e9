import { spawn, spawnSync } from 'node:child_process'
import { text } from 'node:stream/consumers'

export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Family {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly samples: readonly Sample[]
}

/** Numbers as text: JSON has no infinity. */
const PROGRAM = `
import json, sys
from prometheus_client.parser import text_fd_to_metric_families
print(json.dumps([
    {"name": f.name, "help": f.documentation, "type": f.type,
     "samples": [{"name": s.name, "labels": s.labels, "value": str(s.value)} for s in f.samples]}
    for f in text_fd_to_metric_families(sys.stdin)]))
`

/**
 * Metrics as the Prometheus project's own parser understands them. It takes `_total` off the names of counters.
 *
 * @throws when it does not
 */
export async function parseMetrics(metrics: string): Promise<readonly Family[]> {
  const child = spawn(pythonWithParser(), ['-c', PROGRAM], { env: { ...process.env, PYTHONIOENCODING: 'utf-8' } })
  child.stdin.end(metrics)
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  if (errors !== '') throw new Error(`The parser refuses it: ${errors}`)
  return JSON.parse(output, (key, value) => (key === 'value' && typeof value === 'string' ? numberOf(value) : value))
}

function numberOf(value: string): number {
  return value === 'inf' ? Number.POSITIVE_INFINITY : Number(value)
}

function pythonWithParser(): string {
  const python = ['/usr/bin/python3', 'python3'].find((one) => {
    return spawnSync(one, ['-c', 'import prometheus_client.parser']).status === 0
  })
  if (!python) throw new Error('Missing: the Python package prometheus_client; `npm test` installs it on Debian.')
  return python
}
