import type * as Nodemailer from 'nodemailer'
import { missingPackage } from '../../lib/errors.js'

/** Loads the optional peer `nodemailer`. Rejects with what to install. */
export async function loadNodemailer(): Promise<Pick<typeof Nodemailer, 'createTransport'>> {
  try {
    const loaded = await import('nodemailer')
    return loaded.default ?? loaded
  } catch (error) {
    throw missingPackage('A receiver for e-mail', 'nodemailer', error)
  }
}
