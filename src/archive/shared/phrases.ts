import { hasPhrase } from '../../lib/phrase.js'

/** Whether a payload fulfils all conditions on phrases. @param text null without a payload, which has no phrase */
export function fulfilsPhrases(
  text: string | null,
  phrases: readonly { readonly text: string; readonly isNot: boolean }[],
): boolean {
  return phrases.every((phrase) => (text !== null && hasPhrase(text, phrase.text)) !== phrase.isNot)
}
