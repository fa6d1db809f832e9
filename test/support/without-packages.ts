import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'

/**
 * Bundles a module, and runs a program beside it far from node_modules: no optional package is there.
 *
 * @param module path in the repository; the program imports it as `./module.js`
 * @returns what the program printed
 */
export async function runWithoutPackages(module: string, program: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'quasar-no-packages-'))
  try {
    await build({
      configFile: false,
      logLevel: 'silent',
      build: {
        ssr: true,
        rolldownOptions: { input: { module: join(process.cwd(), module) } },
        outDir: folder,
        minify: false,
      },
    })
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    writeFileSync(join(folder, 'main.js'), program)
    const { stdout, stderr } = spawnSync(process.execPath, [join(folder, 'main.js')], { encoding: 'utf8' })
    return stdout + stderr
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
