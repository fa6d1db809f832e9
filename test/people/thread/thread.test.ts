import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { threadedPeople } from '../../../src/people/thread/threaded-people.js'
import { archiveDir, bundled } from '../../support/archive-files.js'
import { runProgram } from '../../support/program.js'
import { put, sessionOf, userOf } from '../conformance/samples.js'
import { peopleConformance } from '../conformance.js'
import { peopleOfFiles } from '../conformance-files.js'

let workerUrl: URL
beforeAll(async () => {
  workerUrl = await bundled('test/people/thread/plain-worker.ts')
})

const threaded = (dir: string) => threadedPeople({ workerUrl, place: join(dir, 'people.db'), workerData: { dir } })

describe('people on a thread', () => {
  test('that ends rejects what waits, and works again', async () => {
    const store = threaded(archiveDir())
    await put(store, [userOf('ada')])
    const looks = [store.look('exits'), store.look(null)]
    for (const result of await Promise.allSettled(looks))
      expect(result).toMatchObject({
        reason: { message: expect.stringMatching(/^The thread of the database of users/) },
      })
    expect(await store.look(null)).toEqual({ version: 1, session: null })
    await store.close()
  })

  test('close once what was asked is done', async () => {
    const dir = archiveDir()
    const store = threaded(dir)
    const written = store.write(0, [userOf('ada')])
    await Promise.all([store.close(), store.close()])
    expect(await written).toBe(true)
    await expect(store.look(null)).rejects.toThrow('The database of users is closed.')
    const again = threaded(dir)
    await again.putSession(sessionOf())
    expect((await again.look('h1')).version).toBe(1)
    await again.close()
  })
})

describe.each(['mjs', 'cjs'] as const)('people of an archive of the package, in a program of .%s', (format) => {
  const load = format === 'mjs' ? 'await import' : 'require'
  const program = (end: string) => `
    const main = async () => {
      const { sqliteArchive } = ${load}('@gravito/quasar/archive/sqlite')
      const { readdirSync } = ${load}('node:fs')
      const archive = sqliteArchive({ dir: process.argv[2] })
      const people = archive.people()
      const isSame = people === archive.people()
      const isWritten = await people.write(0, [{ kind: 'user', id: 'ada', body: '{}' }])
      const { version } = await people.look(null)
      console.log(isSame, isWritten, version, readdirSync(process.argv[2]).filter((name) => name.endsWith('.db')).join())
      ${end}
    }
    main()`

  test.each([
    ['closes it', 'await archive.close(); await people.look(null).catch((error) => console.log(error.message))'],
    ['does not: its thread holds no process', `console.log('The database of users is closed.')`],
    [
      'asks for people after it was closed',
      'await archive.close(); await archive.people().look(null).catch((error) => console.log(error.message))',
    ],
  ])('that %s, ends, and the archive is not opened', async (_, end) => {
    const outcome = await runProgram(program(end), { format, args: [archiveDir()] })
    const stdout = 'true true 1 people.db\nThe database of users is closed.\n'
    expect(outcome).toMatchObject({ code: 0, signal: null, stdout, stderr: '' })
  })
})

// Every method, on its way to the thread and back; stores that each have a thread are rivals as processes are.
peopleConformance('SQLite on a thread', () => peopleOfFiles(threaded))
