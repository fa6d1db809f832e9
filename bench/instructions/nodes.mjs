import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The versions that the package's tests install. @param majors such as `20,24` */
export function nodesOf(majors) {
  return majors.split(',').map((major) => {
    if (process.version.startsWith(`v${major}.`)) return { name: major, path: process.execPath }
    const path = fileURLToPath(
      new URL(`../../test/installs/runtimes/node_modules/node${major}/bin/node`, import.meta.url),
    )
    if (!existsSync(path)) throw new Error(`Node ${major} is not installed: run node scripts/setup.mjs first`)
    return { name: major, path }
  })
}
