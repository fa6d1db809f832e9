const STEP = '  '
/** Deeper ones are not indented further: thousands of open brackets would become gigabytes. */
const MOST_STEPS = 40

/**
 * JSON with line breaks, every number and text as it was stored: parsing would round large numbers, and can't read what
 * was cut.
 */
export function pretty(json: string): string {
  const out: string[] = []
  let depth = 0
  let last = ''
  const breakLine = () => out.push('\n', STEP.repeat(Math.min(depth, MOST_STEPS)))
  for (const token of tokensOf(json)) {
    const closes = token === '}' || token === ']'
    if (closes) depth = Math.max(0, depth - 1)
    // An empty list or object stays on its line.
    const isEmpty = closes && opens(last)
    if (!isEmpty && (closes || opens(last) || last === ',')) breakLine()
    out.push(token)
    if (token === ':') out.push(' ')
    if (opens(token)) depth += 1
    last = token
  }
  return out.join('')
}

/** Texts with their quotes, also one that was cut off; signs; and what is between them. */
function* tokensOf(json: string): Generator<string> {
  const token = /[{}[\],:"]|[^\s{}[\],:"]+/g
  for (let match = token.exec(json); match; match = token.exec(json)) {
    if (match[0] === '"') token.lastIndex = textEnd(json, match.index + 1)
    yield json.slice(match.index, token.lastIndex)
  }
}

/** By hand: a pattern for texts of megabytes would need more stack than there is. */
function textEnd(json: string, from: number): number {
  for (let index = from; index < json.length; index++) {
    if (json[index] === '\\') index += 1
    else if (json[index] === '"') return index + 1
  }
  return json.length
}

function opens(token: string): boolean {
  return token === '{' || token === '['
}

/** What stands for a value that was masked for its name. */
const MASK = /"?\*\*\*"?|"\[(?:hidden|masked|redacted)\]"/gi

/** The text in parts, of which every second one stands for something masked. */
export function splitMasked(text: string): readonly string[] {
  const parts: string[] = []
  let end = 0
  for (const match of text.matchAll(MASK)) {
    parts.push(text.slice(end, match.index), match[0])
    end = match.index + match[0].length
  }
  return [...parts, text.slice(end)]
}
