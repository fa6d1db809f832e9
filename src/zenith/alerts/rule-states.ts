import type { AlertEngine } from '../../alerts/engine/engine.js'
import type { RuleState } from './stored.js'

const MAX_SPARK = 60

/** What each rule applies to, and its worst values of the last looks. */
export class RuleStates {
  #sparks = new Map<string, readonly (number | null)[]>()

  /** Takes on what an earlier evaluator stored. */
  restore(states: Readonly<Record<string, RuleState>>): void {
    this.#sparks = new Map(Object.entries(states).map(([id, { spark }]) => [id, spark]))
  }

  /** Adds the values of a look. @param rules ids; others are forgotten */
  note(rules: readonly string[], engine: Pick<AlertEngine, 'figuresOf'>): void {
    const next = rules.map((id): [string, readonly (number | null)[]] => {
      const value = engine.figuresOf(id)?.worst?.value ?? null
      return [id, [...(this.#sparks.get(id) ?? []), value].slice(-MAX_SPARK)]
    })
    this.#sparks = new Map(next)
  }

  of(rules: readonly string[], engine: Pick<AlertEngine, 'figuresOf'>): Record<string, RuleState> {
    const states = rules.map((id): [string, RuleState] => {
      const { worst = null, subjects = 0, left = 0 } = engine.figuresOf(id) ?? {}
      const { value = null, subject = null } = worst ?? {}
      return [id, { subjects, left, value, worst: subject, spark: [...(this.#sparks.get(id) ?? [])] }]
    })
    return Object.fromEntries(states)
  }
}
