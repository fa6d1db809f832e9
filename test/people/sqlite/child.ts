// A process that works on the users in a directory, in whichever runtime: `win DIR NAME WINS`, `fill DIR`, `delete DIR`, `check DIR`.
import { sqlitePeople } from '../../../src/people/sqlite/store.js'
import { loadBinding } from '../../../src/sql/sqlite/binding.js'
import { fill, win } from '../rival.js'

const [command, dir = '', name = '', wins = '0'] = process.argv.slice(2)
const store = sqlitePeople({ dir })
const say = (line: string) => process.stdout.write(`${line}\n`)

const commands: Record<string, () => Promise<void>> = {
  async win() {
    await win(store, name, Number(wins))
    await store.close()
  },
  fill: () => fill(store, say),
  async delete() {
    const { version, records } = await store.changes(0)
    say('open')
    await store.write(
      version,
      records.map((record) => ({ ...record, body: null })),
    )
    await store.close()
  },
  async check() {
    const { version, records } = await store.changes(0)
    say(`version ${version}, ${records.length} records by ${(await loadBinding('The test')).name}`)
    await store.close()
  },
}

commands[command ?? '']?.().catch((error) => say(`${error.code}: ${error.message}`))
