const MASK = '***'
const URL_WITH_USER = /^([a-z][a-z\d+.-]*:\/\/)(.*)@/is
const PARAMETER = /([?&][^=&#]*(?:pass|pwd|secret|token|key|auth|sig|cred)[^=&#]*=)[^&#]*/gi

/** A value for the eye: secrets are hidden, and so are passwords in URLs. The user stays. */
export function masked(text: string, isSecret: boolean): string {
  if (isSecret) return MASK
  return text
    .replace(URL_WITH_USER, (_, scheme: string, user: string) => `${scheme}${userOf(user)}@`)
    .replace(PARAMETER, `$1${MASK}`)
}

function userOf(user: string): string {
  const colon = user.indexOf(':')
  return colon < 0 ? user : `${user.slice(0, colon)}:${MASK}`
}
