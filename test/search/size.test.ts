import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { expect, it } from 'vitest'

/** The page loads the language: it has room for so many bytes, and nothing of Node. */
const MAX_BYTES = 4_096

it('the language is small, and imports nothing of Node', async () => {
  const entry = 'entry.js'
  const parts = ['language', 'chips', 'format'].map((part) => `export * from '${process.cwd()}/src/search/${part}.ts'`)
  const bundle = await rolldown({
    input: entry,
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? parts.join('\n') : null),
      },
    ],
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
  })
  const { output } = await bundle.generate({ minify: true })
  await bundle.close()
  const [{ code, imports }] = output
  expect(imports).toEqual([])
  expect(code).toContain('completed, failed')
  expect(gzipSync(code).length).toBeLessThan(MAX_BYTES)
})
