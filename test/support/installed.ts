import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** Workspaces, and folders with a lock file of their own: docs/architecture.md tells why there are both. */
const PLACES = ['test/hosts', 'test/installs']

/** Folder of what is installed under a name, such as `express4` or `lowest`. */
export function folderOf(name: string): string {
  const folder = PLACES.map((place) => join(process.cwd(), place, name)).find((path) =>
    existsSync(join(path, 'package.json')),
  )
  if (!folder) throw new Error(`${name} is neither in ${PLACES.join(' nor in ')}`)
  return folder
}

/** Loads and resolves packages as code in that folder would. */
export function requireFrom(name: string): NodeJS.Require {
  return createRequire(join(folderOf(name), 'package.json'))
}
