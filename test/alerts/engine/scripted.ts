import { AlertEngine, type Turn, type TurnResult } from '../../../src/alerts/engine/engine.js'
import type { Track } from '../../../src/alerts/engine/track.js'
import type { Look, Observation, Observer } from '../../../src/alerts/look.js'
import { readRule } from '../../../src/alerts/rules.js'
import type { AlertCondition, AlertRule, AlertSubject } from '../../../src/api/alerts.js'

export const START = Date.UTC(2026, 10, 30, 22, 0, 0)
export const LOOK_MS = 10_000

export function subject(name: string, more: Partial<AlertSubject> = {}): AlertSubject {
  return { kind: 'host', key: name, name, service: null, services: [], host: name, environment: null, ...more }
}

export function rule(fields: Record<string, unknown> = {}): AlertRule {
  const read = readRule({
    id: 'cpu',
    name: 'CPU high',
    conditions: [{ metric: 'host.cpu', is: 'above', threshold: 90, clear: 80 }],
    forMs: 120_000,
    clearForMs: 60_000,
    ...fields,
  })
  if (typeof read === 'string') throw new Error(read)
  return read
}

/** Values by metric, and by the name of the subject. */
export type Values = Partial<
  Record<string, Record<string, number | null | { value: number | null; subject: AlertSubject; count?: number }>>
>

/** An engine that sees what a test says, look by look. */
export class Scripted implements Observer {
  readonly engine = new AlertEngine(this)
  readonly rules: AlertRule[]
  values: Values = {}
  now = START
  receivers: Turn['receivers'] = [{ id: 'ops', enabled: true, severity: 'info', takesMessages: true }]
  silenceOf: (track: Track) => string | null = () => null

  constructor(rules: readonly AlertRule[]) {
    this.rules = [...rules]
  }

  note(): void {}
  *noting(): Generator<void, void> {}
  memory(): unknown {
    return null
  }
  restore(): void {}

  observe({ metric }: AlertCondition): readonly Observation[] {
    return Object.entries(this.values[metric] ?? {}).map(([name, given]) => {
      const {
        value,
        subject: about,
        count = null,
      } = typeof given === 'object' && given !== null ? given : { value: given ?? null, subject: subject(name) }
      return { subject: about, value, count, details: [] }
    })
  }

  *observing(condition: AlertCondition): Generator<void, readonly Observation[]> {
    yield
    return this.observe(condition)
  }

  /** One look, 10 s after the last one. */
  look(values: Values = this.values, isFrozen = false): TurnResult {
    this.values = values
    this.now += LOOK_MS
    const look = { at: this.now } as Look
    const { rules, receivers, silenceOf } = this
    return this.engine.turn({
      look,
      rules,
      receivers,
      silenceOf,
      url: 'https://zenith.example',
      isFrozen,
      isAlone: false,
    })
  }

  /** Looks for so long. @returns the first lines of all messages, each with its event */
  during(ms: number, valuesAt: (sinceMs: number) => Values, isFrozen = false): string[] {
    const lines: string[] = []
    for (let since = 0; since < ms; since += LOOK_MS)
      for (const { notification } of this.look(valuesAt(since), isFrozen).messages)
        lines.push(`${notification.event}: ${notification.title}`)
    return lines
  }
}
