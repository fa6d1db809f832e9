import { cpSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { folderOf } from '../support/installed.js'
import { packInto } from '../support/pack.js'
import { manifestOf } from './manifest.js'

/** Which versions run together. */
export const SETS = ['lowest', 'old', 'new', 'highest'] as const
export type VersionSet = (typeof SETS)[number]

/** The version of every package of a set. The newest ones are those that the repository itself has. */
export function versionsOf(set: VersionSet): Readonly<Record<string, string>> {
  const own = manifestOf(folderOf(set)).dependencies
  return own ?? { ...manifestOf('.').devDependencies, ioredis: manifestOf('node_modules/ioredis').version }
}

/** Puts the package and the apps of the matrix where the packages of the set are. */
export async function prepare(set: VersionSet): Promise<void> {
  const modules = join(folderOf(set), 'node_modules')
  const isInstalled = set === 'highest' || existsSync(join(modules, 'express'))
  if (!isInstalled) throw new Error(`${set} is not installed: run node scripts/setup.mjs`)
  await packInto(set)
  cpSync('test/matrix/apps', join(modules, '.apps'), { recursive: true })
}
