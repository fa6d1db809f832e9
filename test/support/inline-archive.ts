import { createPreparer } from '../../src/archiver/prepare/preparer.js'
import type { Archive, ArchiveDriver } from '../../src/ports/index.js'

/** A driver as an archive, without its thread. @param tokens that workers sealed payloads with */
export function inlineArchive(driver: ArchiveDriver, tokens: readonly string[] = []): Archive {
  const prepare = createPreparer({ tokens })
  return {
    ...driver,
    async write({ jobs, ...batch }) {
      return driver.write(jobs ? { ...batch, jobs: await prepare(jobs) } : batch)
    },
  }
}
