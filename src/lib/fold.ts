const BEYOND_ASCII = /[\u0080-\uffff]/
/** Greek final sigma, Turkish dotless i, the sharp s, typographic apostrophes, and invisible characters. */
const ALIKE = /[ςıß’]|\p{Default_Ignorable_Code_Point}/gu
const SAME: Readonly<Record<string, string>> = { ς: 'σ', ı: 'i', ß: 'ss', '’': "'" }

/**
 * Text as it is compared: lower case, NFKC, without invisible characters. `ＳＴＲＡẞＥ` and `strasse` are the same, `İ` and `i`, too; accents
 * count. Both payloads and queries are folded. Folding twice changes nothing.
 */
export function fold(text: string): string {
  if (!BEYOND_ASCII.test(text)) return text.toLowerCase()
  const lower = text.normalize('NFKC').toLowerCase()
  const alike = lower.replace(ALIKE, (char) => SAME[char] ?? '')
  return alike.replace(/i\u0307+/g, 'i').normalize('NFKC')
}
