import { expect, test } from 'vitest'
import { runWithoutPackages } from '../support/without-packages.js'

test('without the package pg it says what to install, and loads nothing before it is used', async () => {
  const printed = await runWithoutPackages(
    'src/people/postgres/store.ts',
    `import { postgresPeople } from './module.js'
      const people = postgresPeople({ url: 'postgres://me:p4ss@127.0.0.1:1/db' })
      const told = (error) => console.log(error.code + ': ' + error.message)
      await people.open().catch(told)
      await people.look(null).catch(told)
      await people.close()`,
  )
  const line = 'missing_package: The database of users in PostgreSQL needs the package pg: npm install pg\n'
  expect(printed).toBe(line + line)
})
