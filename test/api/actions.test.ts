import { expect, it } from 'vitest'
import { actionsOn, JOB_ACTIONS, takesState } from '../../src/api/actions.js'
import { JOB_STATES, QUEUE_DRIVERS } from '../../src/protocol/index.js'

it('what is offered on a state is what the action takes', () => {
  for (const driver of QUEUE_DRIVERS) {
    for (const state of JOB_STATES) {
      for (const action of actionsOn(driver, state)) expect(takesState(action, state)).toBe(true)
    }
    expect(actionsOn(driver, 'active')).toEqual([])
  }
  expect(actionsOn('bullmq', 'completed')).toEqual(['retry', 'remove'])
  expect(actionsOn('laravel-horizon', 'completed')).toEqual(['remove'])
  expect(JOB_ACTIONS.filter((action) => takesState(action, 'stuck'))).toEqual(['remove'])
})
