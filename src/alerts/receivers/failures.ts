const CODES: Readonly<Record<string, (place: string) => string>> = {
  ENOTFOUND: (place) => `The name of ${place} does not exist in the DNS.`,
  EAI_AGAIN: (place) => `The name of ${place} could not be looked up: the DNS does not answer.`,
  ECONNREFUSED: (place) => `${place} refuses connections.`,
  ECONNRESET: (place) => `${place} closed the connection before it answered.`,
  EPIPE: (place) => `${place} closed the connection before it answered.`,
  EHOSTUNREACH: (place) => `There is no way to ${place} in this network.`,
  ENETUNREACH: (place) => `There is no way to ${place} in this network.`,
  ETIMEDOUT: (place) => `${place} did not answer in time.`,
  ECONNECTION: (place) => `${place} closed the connection.`,
  EDNS: (place) => `The name of ${place} could not be looked up.`,
  CERT_HAS_EXPIRED: (place) => `The certificate of ${place} has expired.`,
  CERT_NOT_YET_VALID: (place) => `The certificate of ${place} is not valid yet.`,
  DEPTH_ZERO_SELF_SIGNED_CERT: selfSigned,
  SELF_SIGNED_CERT_IN_CHAIN: selfSigned,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownIssuer,
  ERR_TLS_CERT_ALTNAME_INVALID: (place) => `The certificate of ${place} is for another name.`,
  HPE_INVALID_CONSTANT: noHttp,
  HPE_INVALID_HEADER_TOKEN: noHttp,
  EPROTO: noTls,
  ETLS: noTls,
  ERR_SSL_WRONG_VERSION_NUMBER: noTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: noTls,
}

function selfSigned(place: string): string {
  return `The certificate of ${place} is self-signed: name its authority in NODE_EXTRA_CA_CERTS.`
}

function unknownIssuer(place: string): string {
  return `The certificate of ${place} is from an authority that is not trusted here: name it in NODE_EXTRA_CA_CERTS.`
}

function noHttp(place: string): string {
  return `${place} answers something else than HTTP.`
}

function noTls(place: string): string {
  return `The TLS handshake with ${place} failed: it may not speak TLS at this port.`
}

/**
 * Why there is no answer, in words. What Node says of it has addresses and paths, so that its text is not used; the code of an unknown error
 * is.
 *
 * @param place host and port
 * @param limitMs the time limit that may have ended it
 */
export function failureText(error: unknown, place: string, limitMs: number): string {
  if (isTimeout(error)) return `${place} did not answer within ${limitMs / 1_000} s.`
  const code = codeOf(error)
  const text = code === null ? undefined : CODES[code]?.(place)
  return text ?? `${place} could not be reached${code === null ? '' : ` (${code})`}.`
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')
}

/** Of several attempts to connect, the first one's. */
function codeOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null) return null
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0])
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null
  // A TLS library's own error is wrapped.
  return code ?? ('cause' in error ? codeOf(error.cause) : null)
}
