import { afterEach, beforeEach, describe } from 'vitest'
import type { PeopleStore } from '../../src/ports/people.js'
import { openTests } from './conformance/opening.js'
import { recordTests } from './conformance/records.js'
import { rivalTests } from './conformance/rivals.js'
import { sessionTests } from './conformance/sessions.js'
import { stampTests } from './conformance/stamps.js'
import { textTests } from './conformance/texts.js'

/** An empty store that nothing has opened. */
export interface PeopleUnderTest {
  readonly store: PeopleStore
  /** Another store of the same place, as another process has it. */
  again(): PeopleStore
  /** Makes the tables look as a later version of Quasar leaves them; no store is open. */
  age(): Promise<void>
  /** After all stores were closed. */
  end(): Promise<void>
}

/** What the tests of a part are given. */
export type UnderTest = () => PeopleUnderTest

/** What every store of people must do. */
export function peopleConformance(name: string, make: () => Promise<PeopleUnderTest>): void {
  describe(`people conformance: ${name}`, () => {
    let made: PeopleUnderTest
    beforeEach(async () => {
      made = await make()
    })
    afterEach(async () => {
      await made.store.close()
      await made.end()
    })
    const underTest = () => made
    openTests(underTest)
    recordTests(underTest)
    rivalTests(underTest)
    sessionTests(underTest)
    stampTests(underTest)
    textTests(underTest)
  })
}
