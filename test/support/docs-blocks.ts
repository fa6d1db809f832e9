import { readFileSync } from 'node:fs'

/** The code blocks of a page whose fence has this text, such as `yaml` or `yaml rules`. */
export function blocksOf(page: string, fence: string): readonly string[] {
  const blocks = readFileSync(page, 'utf8').matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)
  return [...blocks].flatMap(([, own, text = '']) => (own === fence ? [text] : []))
}
