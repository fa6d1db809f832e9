import { cpSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { packInto } from '../support/pack.js'
import { manifestOf } from './manifest.js'

const HOSTS = 'test/matrix/hosts'

/** Which versions run together; each is a folder of `hosts`. */
export const SETS = ['lowest', 'old', 'new', 'highest'] as const
export type VersionSet = (typeof SETS)[number]

export const folderOf = (set: VersionSet) => join(process.cwd(), HOSTS, set)

/** The version of every package of a set. The newest ones are those that the repository itself has. */
export function versionsOf(set: VersionSet): Readonly<Record<string, string>> {
  const own = manifestOf(join(HOSTS, set)).dependencies
  return own ?? { ...manifestOf('.').devDependencies, ioredis: manifestOf('node_modules/ioredis').version }
}

/** Puts the package and the apps of the matrix where the packages of the set are. */
export async function prepare(set: VersionSet): Promise<void> {
  const modules = join(folderOf(set), 'node_modules')
  const isInstalled = set === 'highest' || existsSync(join(modules, 'express'))
  if (!isInstalled) throw new Error(`${HOSTS}/${set} is not installed: node scripts/setup.mjs, or npm run test:matrix`)
  await packInto(set, HOSTS)
  cpSync('test/matrix/apps', join(modules, '.apps'), { recursive: true })
}
