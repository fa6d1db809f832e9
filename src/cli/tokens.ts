import { parseTokens, TAKES_TOKENS } from '../signing/tokens.js'

/** @throws Error with what the option takes */
export function tokens(text: string): readonly string[] {
  const tokens = parseTokens(text)
  if (!tokens) throw new Error(TAKES_TOKENS)
  return tokens
}
