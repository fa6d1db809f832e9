import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('without the package pg it says what to install, and loads nothing before it is opened', async () => {
  // Far from node_modules.
  const folder = mkdtempSync(join(tmpdir(), 'quasar-no-pg-'))
  try {
    await build({
      configFile: false,
      logLevel: 'silent',
      build: {
        ssr: true,
        rolldownOptions: { input: { driver: join(root, 'src/archive/postgres/index.ts') } },
        outDir: folder,
        minify: false,
      },
    })
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    writeFileSync(
      join(folder, 'main.js'),
      `import { postgresDriver } from './driver.js'
      const driver = postgresDriver({ url: 'postgres://me:p4ss@127.0.0.1:1/db' })
      const told = (error) => console.log(error.code + ': ' + error.message)
      await driver.open().catch(told)
      await driver.cursor('s').catch(told)
      await driver.close()`,
    )
    const { stdout, stderr } = spawnSync(process.execPath, [join(folder, 'main.js')], { encoding: 'utf8' })
    const line = 'missing_package: The archive in PostgreSQL needs the package pg: npm install pg\n'
    expect(stdout + stderr).toBe(line + line)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
