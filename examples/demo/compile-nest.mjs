// Nest is written in TypeScript, as Nest's users do; the others are plain JavaScript.
import { fileURLToPath } from 'node:url'
import { bin, run } from '../../scripts/run.mjs'

/** Compiles examples/nest into its dist. @throws when it has errors, which tsc has printed */
export async function compileNest() {
  const project = fileURLToPath(new URL('../nest', import.meta.url))
  const code = await run(bin('typescript', 'tsc'), ['-p', project])
  if (code !== 0) throw new Error('examples/nest could not be compiled')
}
