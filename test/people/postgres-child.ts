// A process that works on the users in PostgreSQL, at PEOPLE_URL: `win NAME WINS`, `fill`.
import { postgresPeople } from '../../src/people/postgres/store.js'
import { fill, win } from './rival.js'

const [command, name = '', wins = '0'] = process.argv.slice(2)
const store = postgresPeople({ url: process.env.PEOPLE_URL ?? '' })

if (command === 'fill') await fill(store, (line) => process.stdout.write(`${line}\n`))
else {
  await win(store, name, Number(wins))
  await store.close()
}
