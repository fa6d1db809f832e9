import { postgresDriver } from '../../src/archive/postgres/index.js'
import { startPostgres } from '../support/postgres.js'
import { sameAnswers } from './same-answers.js'

sameAnswers('PostgreSQL', async () => {
  const server = await startPostgres()
  const driver = postgresDriver({ url: server.url })
  await driver.open()
  return { driver, end: () => server.stop() }
})
