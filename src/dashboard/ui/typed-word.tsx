import { Field, INPUT } from './field.js'

/** What has to be typed before something is done. */
export interface Wanted {
  /** What it is: `the queue’s name` */
  what: string
  word: string
}

/** A field has no line breaks, and a name may. */
export function isTyped(text: string, wanted: Wanted | null): boolean {
  return wanted === null || text === wanted.word.replace(/[\r\n]/g, '')
}

interface TypedWordProps {
  wanted: Wanted | null
  text: string
  onText: (text: string) => void
}

/** Asks to type a word, so that nobody removes anything by a click too many. Nothing where none is wanted. */
export function TypedWord({ wanted, text, onText }: TypedWordProps) {
  if (wanted === null) return null
  return (
    <Field label={`This is production. Type ${wanted.what}: ${wanted.word}`}>
      <input
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        className={`${INPUT} font-mono`}
        value={text}
        onChange={(event) => onText(event.target.value)}
      />
    </Field>
  )
}
