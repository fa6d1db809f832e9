import { expect, it } from 'vitest'
import type { AlertEngine } from '../../../src/alerts/engine/engine.js'
import { RuleStates } from '../../../src/zenith/alerts/rule-states.js'

const subject = {
  ...({ kind: 'queue', key: 'q', name: 'mail' } as const),
  ...{ service: null, services: [], host: null, environment: null },
}

/** An engine whose worst value is of a condition. */
const worstOf = (value: number | null, condition: number): Pick<AlertEngine, 'figuresOf'> => ({
  figuresOf: () => ({ subjects: 1, left: 0, worst: { value, subject, condition } }),
})

it('has the values of one condition, and begins anew with another one', () => {
  const states = new RuleStates()
  for (const value of [1, 2, null]) states.note(['backlog'], worstOf(value, 0))
  expect(states.of(['backlog'], worstOf(null, 0)).backlog).toMatchObject({ condition: 0, spark: [1, 2, null] })
  states.note(['backlog'], worstOf(600_000, 1))
  expect(states.of(['backlog'], worstOf(600_000, 1)).backlog).toMatchObject({ condition: 1, spark: [600_000] })
})

it('goes on with what an earlier version stored', () => {
  const states = new RuleStates()
  states.restore({ backlog: { subjects: 1, left: 0, value: 2, worst: subject, spark: [1, 2] } })
  states.note(['backlog'], worstOf(3, 0))
  expect(states.of(['backlog'], worstOf(3, 0)).backlog).toMatchObject({ condition: 0, spark: [1, 2, 3] })
})
