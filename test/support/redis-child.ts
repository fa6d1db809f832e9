import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface ChildModule {
  /** Runs a script that may import `./redis.js`; ends when the process does, or is ended after a minute. */
  run(script: string, env: Record<string, string>): Promise<{ code: number | null; output: string }>
  remove(): Promise<void>
}

/** The Redis store as a module for processes of their own. */
export async function buildRedisStore(): Promise<ChildModule> {
  // Inside node_modules, so that ioredis is found from there.
  const folder = await mkdtemp(join(root, 'node_modules', '.quasar-test-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    await build({
      configFile: false,
      logLevel: 'silent',
      build: {
        ssr: true,
        rolldownOptions: { input: { redis: join(root, 'src/stores/redis/index.ts') } },
        outDir: folder,
        emptyOutDir: false,
        minify: false,
      },
    })
  } catch (error) {
    await remove()
    throw error
  }
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  let number = 0
  return {
    async run(script, env) {
      number += 1
      const file = join(folder, `script-${number}.js`)
      await writeFile(file, script)
      return runNode(file, env)
    },
    remove,
  }
}

async function runNode(file: string, env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [file], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  }
  const limit = setTimeout(() => child.kill('SIGKILL'), 60_000)
  const [code] = await once(child, 'close')
  clearTimeout(limit)
  return { code: typeof code === 'number' ? code : null, output }
}
