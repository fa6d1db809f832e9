import type { ServiceView } from '../../../api/services.js'
import { Ago } from '../../ui/ago.js'
import { isStill } from './fleet.js'

interface LastFiguresProps {
  view: Pick<ServiceView, 'nodes'>
  /** Where the figures end, Unix ms. */
  at: number | undefined
}

/** How old the figures of a service without a live server are; nothing where they are new. */
export function LastFigures({ view, at }: LastFiguresProps) {
  if (at === undefined || !isStill(view)) return null
  return (
    <>
      {' · '}
      <Ago at={at} before="until " />
    </>
  )
}
