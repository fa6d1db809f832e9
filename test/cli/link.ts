import { ask } from '../zenith/support/http.js'
import type { Running } from './command.js'

const LINK = /(http:\/\/\S+\/login\/link\/[\w-]{43})\s/

/** The first link that it printed. */
export function linkOf(running: Pick<Running, 'said'>): Promise<string> {
  return running.said(LINK)
}

/** Opens a link as a browser does. @returns what it sends from then on as `Cookie` */
export async function cookieBy(link: string): Promise<string> {
  const { headers } = await ask(link)
  return headers['set-cookie']?.[0]?.split(';', 1)[0] ?? ''
}
