/** A line of the app or of a message, or neighbouring frames of libraries and of the runtime. */
export type StackPart =
  | { readonly kind: 'app' | 'words'; readonly text: string }
  | { readonly kind: 'library'; readonly lines: readonly string[] }

/** Frames of Node, PHP and Python. */
const FRAME = /^\s+at |^#\d+ |^\s+File "/
const LIBRARY =
  /[\\/]node_modules[\\/]|\bnode:|\(internal\/|\(native\)|\(<anonymous>\)|\(index \d+\)|[\\/]vendor[\\/]|[\\/]site-packages[\\/]|\[internal function\]/

/** Splits a stack into parts. Without a frame of the app nothing is a library's, since nothing else would be left. */
export function stackParts(stack: string): readonly StackPart[] {
  const lines = stack.split('\n')
  const hasOwn = lines.some((line) => FRAME.test(line) && !LIBRARY.test(line))
  const parts: StackPart[] = []
  let library: string[] = []
  for (const line of lines) {
    const isFrame = FRAME.test(line)
    if (isFrame && hasOwn && LIBRARY.test(line)) {
      if (library.length === 0) parts.push({ kind: 'library', lines: library })
      library.push(line)
      continue
    }
    library = []
    parts.push({ kind: isFrame && hasOwn ? 'app' : 'words', text: line })
  }
  return parts
}
