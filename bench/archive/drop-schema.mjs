import { createRequire } from 'node:module'

/** An earlier run's tables must not be part of this one. */
export async function dropSchema(url, schema) {
  const { Client } = createRequire(import.meta.url)('pg')
  const client = new Client(url)
  await client.connect()
  await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)
  await client.end()
}
