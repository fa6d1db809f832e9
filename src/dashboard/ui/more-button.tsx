import { plural } from './format.js'

interface MoreButtonProps {
  /** How many are not shown; with none there is no button. */
  rest: number
  /** How many more a click shows. */
  step: number
  what: string
  many: string
  onMore: () => void
}

/** Shows more of a list that is too long to be drawn at once. */
export function MoreButton({ rest, step, what, many, onMore }: MoreButtonProps) {
  if (rest <= 0) return null
  return (
    <button
      type="button"
      className="panel col-span-full px-4 py-3 font-medium text-accent hover:bg-raised"
      onClick={onMore}
    >
      Show {plural(Math.min(rest, step), `more ${what}`, `more ${many}`)} ({rest} not shown)
    </button>
  )
}
