import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ArchiveDriver } from '../../src/ports/archive.js'
import { extent } from '../support/extent.js'
import { put } from './conformance/samples.js'
import { type GeneratedQuery, generatedJobs, generatedQueries } from './generated.js'
import { ModelPlace, modelDriver } from './model.js'

const JOBS = 3000
const SEED = 20_261_130

/** Asks a driver and the model the same; whoever answers as the model does, answers as every other driver that does. */
export function sameAnswers(name: string, open: () => Promise<{ driver: ArchiveDriver; end(): Promise<void> }>): void {
  describe(`the same answers: ${name} and the model`, () => {
    const model = modelDriver(new ModelPlace())
    let opened: Awaited<ReturnType<typeof open>>

    beforeAll(async () => {
      opened = await open()
      const jobs = generatedJobs(JOBS, SEED)
      // Some are told again, in other batches.
      for (const part of [jobs.slice(0, 2000), jobs.slice(1500), jobs.slice(100, 300)]) {
        await put(model, { jobs: part })
        await put(opened.driver, { jobs: part })
      }
    })
    afterAll(async () => {
      await opened?.driver.close()
      await opened?.end()
    })

    test.each(extent([0, 1, 2, 3], (seed) => seed === 0))(
      'to 250 queries of the seed %i: pages, payloads and facets',
      async (seed) => {
        let found = 0
        for (const [i, query] of generatedQueries(250, SEED + seed).entries()) {
          const expected = await answers(model, query, i)
          expect(await answers(opened.driver, query, i), JSON.stringify(query)).toEqual(expected)
          found += expected.facets.total
        }
        // The queries ask for something.
        expect(found).toBeGreaterThan(1000)
      },
    )
  })
}

/** The first three pages, and facets that stop early every third time. */
async function answers(driver: ArchiveDriver, query: GeneratedQuery, i: number) {
  const pages = []
  let after: string | null = null
  for (let page = 0; page < 3; page++) {
    const { items, next } = await driver.jobs({ ...query, after, withPayloads: i % 2 === 0 })
    pages.push(items)
    after = next
    if (after === null) break
  }
  return { pages, isEnd: after === null, facets: await driver.facets(query, i % 3 ? 10_000 : 100) }
}
