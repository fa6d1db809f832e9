import type { AlertEngine } from '../../alerts/engine/engine.js'
import type { RuleState } from './stored.js'

const MAX_SPARK = 60

type Spark = Pick<Required<RuleState>, 'spark' | 'condition'>

const NO_SPARK: Spark = { spark: [], condition: 0 }

/** What each rule applies to, and its worst values of the last looks. */
export class RuleStates {
  #sparks = new Map<string, Spark>()

  /** Takes on what an earlier evaluator stored. */
  restore(states: Readonly<Record<string, RuleState>>): void {
    const sparks = Object.entries(states).map(([id, { spark, condition = 0 }]): [string, Spark] => [
      id,
      { spark, condition },
    ])
    this.#sparks = new Map(sparks)
  }

  /** Adds the values of a look. @param rules ids; others are forgotten */
  note(rules: readonly string[], engine: Pick<AlertEngine, 'figuresOf'>): void {
    const next = rules.map((id): [string, Spark] => {
      const known = this.#sparks.get(id) ?? NO_SPARK
      const { value = null, condition = known.condition } = engine.figuresOf(id)?.worst ?? {}
      // Values of another condition may have another unit.
      const before = condition === known.condition ? known.spark : []
      return [id, { spark: [...before, value].slice(-MAX_SPARK), condition }]
    })
    this.#sparks = new Map(next)
  }

  of(rules: readonly string[], engine: Pick<AlertEngine, 'figuresOf'>): Record<string, RuleState> {
    const states = rules.map((id): [string, RuleState] => {
      const { worst = null, subjects = 0, left = 0 } = engine.figuresOf(id) ?? {}
      const { value = null, subject = null } = worst ?? {}
      const { spark, condition } = this.#sparks.get(id) ?? NO_SPARK
      return [id, { subjects, left, value, worst: subject, condition, spark: [...spark] }]
    })
    return Object.fromEntries(states)
  }
}
