import { createPreparer } from '../../src/archiver/prepare/preparer.js'
import type { Archive, ArchiveDriver, SealedFound } from '../../src/ports/index.js'

/** A driver as an archive, without its thread. @param tokens that workers sealed payloads with */
export function inlineArchive(driver: ArchiveDriver, tokens: readonly string[] = []): Archive {
  const prepare = createPreparer({ tokens })
  let onSealed: (found: SealedFound) => void = () => {}
  return {
    ...driver,
    onSealed: (listener) => {
      onSealed = listener
    },
    async write({ jobs, ...batch }) {
      if (!jobs) return driver.write(batch)
      const { records, sealed, ...prepared } = await prepare(jobs)
      const isWritten = await driver.write({ ...batch, ...prepared, records: [...(batch.records ?? []), ...records] })
      if (isWritten && sealed) onSealed(sealed)
      return isWritten
    },
  }
}
