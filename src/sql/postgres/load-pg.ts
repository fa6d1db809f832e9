import type * as Pg from 'pg'
import { missingPackage } from '../../lib/errors.js'

/** Loads the optional peer `pg`. Rejects with what to install. @param name of what needs it */
export async function loadPg(name: string): Promise<Pick<typeof Pg, 'Pool'>> {
  try {
    const loaded = await import('pg')
    return loaded.default ?? loaded
  } catch (error) {
    throw missingPackage(name, 'pg', error)
  }
}
