import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'
import { afterAll } from 'vitest'

/** What the tests of a file made. A hook can't be added while one of them runs. */
const made: string[] = []
afterAll(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true })
})

/** A directory for an archive, removed after the tests of the file. */
export function archiveDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'quasar-sqlite-'))
  made.push(dir)
  return dir
}

/** The files below a directory that hold the bytes. */
export function filesWith(dir: string, bytes: Buffer): readonly string[] {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.map((entry) => join(entry.parentPath, entry.name)).filter((file) => readFileSync(file).includes(bytes))
}

/**
 * Bundles a file of the tests with the sources that it imports, for a thread or another runtime. It lies in the repository, so that it
 * finds packages, and is removed after the tests of the file.
 *
 * @param entry path from the root
 */
export async function bundled(entry: string): Promise<URL> {
  mkdirSync('dist', { recursive: true })
  const dir = mkdtempSync(join(process.cwd(), 'dist', 'bundled-'))
  made.push(dir)
  const bundle = await rolldown({
    input: entry,
    platform: 'node',
    external: (id) => !id.startsWith('.') && !id.startsWith('/') && id !== entry,
  })
  await bundle.write({ dir, format: 'esm', entryFileNames: 'main.mjs', codeSplitting: false })
  await bundle.close()
  return pathToFileURL(join(dir, 'main.mjs'))
}
