import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { postgresDriver } from '../../src/archive/postgres/index.js'
import { startPostgres, type TestPostgres } from '../support/postgres.js'
import { archiveConformance } from './conformance.js'

let server: TestPostgres
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(async () => {
  await server.stop()
})

let count = 0

archiveConformance('PostgreSQL', async () => {
  const schema = `archive_${++count}`
  const make = () => postgresDriver({ url: server.url, schema })
  const driver = make()
  await driver.open()
  return {
    driver,
    again: make,
    holds: (bytes) => holds(bytes),
    async end() {
      await ask(`drop schema "${schema}" cascade`)
    },
  }
})

async function ask(sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(server.url)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

/** In the files of tables and indexes; the write-ahead log is not among them. */
async function holds(bytes: Buffer): Promise<boolean> {
  await ask('checkpoint')
  const [row] = await ask('show data_directory')
  const base = join(String(row?.data_directory), 'base')
  return readdirSync(base, { recursive: true }).some((name) => {
    const path = join(base, String(name))
    return statSync(path).isFile() && readFileSync(path).includes(bytes)
  })
}
