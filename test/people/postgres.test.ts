import pg from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { postgresPeople } from '../../src/people/postgres/store.js'
import { startPostgres, type TestPostgres } from '../support/postgres.js'
import { peopleConformance } from './conformance.js'

let server: TestPostgres
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(async () => {
  await server.stop()
})

let count = 0

async function ask(sql: string): Promise<void> {
  const client = new pg.Client(server.url)
  await client.connect()
  await client.query(sql).finally(() => client.end())
}

peopleConformance('PostgreSQL', async () => {
  const schema = `people_${++count}`
  const make = () => postgresPeople({ url: server.url, schema })
  return {
    store: make(),
    again: make,
    age: () => ask(`update "${schema}".version set version = 99`),
    end: () => ask(`drop schema if exists "${schema}" cascade`),
  }
})
