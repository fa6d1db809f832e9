import { afterEach, beforeEach, describe } from 'vitest'
import type { ArchiveDriver } from '../../src/ports/archive.js'
import { conditionTests } from './conformance/conditions.js'
import { figureTests } from './conformance/figures.js'
import { forgetTests } from './conformance/forget.js'
import { jobTests } from './conformance/jobs.js'
import { openTests } from './conformance/opening.js'
import { pruneTests } from './conformance/pruning.js'
import { recordTests } from './conformance/records.js'
import { textTests } from './conformance/texts.js'
import { viewTests } from './conformance/views.js'
import { writeTests } from './conformance/writing.js'

/** An empty archive, opened. */
export interface ArchiveUnderTest {
  readonly driver: ArchiveDriver
  /** Another driver of the same place; the first is closed before it is opened. */
  again(): ArchiveDriver
  /** Whether the files in which the database keeps its rows hold the bytes; the driver is closed. */
  holds(bytes: Buffer): Promise<boolean>
  /** After all drivers were closed. */
  end(): Promise<void>
}

/** What the tests of a part are given: the archive of the test that runs. */
export type UnderTest = () => ArchiveUnderTest

/** What every driver of the archive must do. */
export function archiveConformance(name: string, open: () => Promise<ArchiveUnderTest>): void {
  describe(`archive conformance: ${name}`, () => {
    let made: ArchiveUnderTest
    beforeEach(async () => {
      made = await open()
    })
    afterEach(async () => {
      await made.driver.close()
      await made.end()
    })
    const underTest = () => made
    openTests(underTest)
    writeTests(underTest)
    figureTests(underTest)
    recordTests(underTest)
    jobTests(underTest)
    conditionTests(underTest)
    textTests(underTest)
    viewTests(underTest)
    pruneTests(underTest)
    forgetTests(underTest)
  })
}
