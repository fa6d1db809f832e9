/** Time limits for a connection and for an answer, in ms. */
export const CONNECT_TIMEOUT_MS = 2_000
export const ANSWER_TIMEOUT_MS = 2_000
