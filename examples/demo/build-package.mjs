// The demo runs on the package as it is in this repository.
import { fileURLToPath } from 'node:url'
import { run } from '../../scripts/run.mjs'

/** As `npm run build`. @throws when it fails, which the build has explained */
export async function buildPackage() {
  const code = await run(fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url)))
  if (code !== 0) throw new Error('The package could not be built.')
}
