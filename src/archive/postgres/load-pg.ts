import type * as Pg from 'pg'
import { missingPackage } from '../../lib/errors.js'

/** Loads the optional peer `pg`. Rejects with what to install. */
export async function loadPg(): Promise<Pick<typeof Pg, 'Pool'>> {
  try {
    const loaded = await import('pg')
    return loaded.default ?? loaded
  } catch (error) {
    throw missingPackage('The archive in PostgreSQL', 'pg', error)
  }
}
