/** How long a connection and an answer may take, in ms. */
export const CONNECT_TIMEOUT_MS = 2_000
export const ANSWER_TIMEOUT_MS = 2_000
