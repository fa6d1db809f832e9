import { expect, test } from 'vitest'
import { runWithoutPackages } from '../support/without-packages.js'

test('without the package pg it says what to install, and loads nothing before it is opened', async () => {
  const printed = await runWithoutPackages(
    'src/archive/postgres/index.ts',
    `import { postgresDriver } from './module.js'
      const driver = postgresDriver({ url: 'postgres://me:p4ss@127.0.0.1:1/db' })
      const told = (error) => console.log(error.code + ': ' + error.message)
      await driver.open().catch(told)
      await driver.cursor('s').catch(told)
      await driver.close()`,
  )
  const line = 'missing_package: The archive in PostgreSQL needs the package pg: npm install pg\n'
  expect(printed).toBe(line + line)
})
