import { JOIN_PATH } from '../../api/people.js'
import { invite } from '../../people/changes/invites.js'
import type { People } from '../../people/service/people.js'
import { systemUser } from '../terminal/system-user.js'

/** A new link for a user, as a sentence. @param url of the page */
export async function inviteFor(people: People, user: string, url: string | undefined): Promise<string> {
  const secret = await people.change((directory, now) =>
    invite(directory, { user, by: systemUser(), policy: people.policy }, now),
  )
  const path = JOIN_PATH + secret
  const link = url === undefined ? `/${path}` : `${url.replace(/\/+$/, '')}/${path}`
  const where = url === undefined ? '\nIt is below the address of your Zenith; --url prints the whole link.' : ''
  return `By this link the user sets a password, once and within 7 days:\n\n  ${link}\n${where}`.trimEnd()
}
