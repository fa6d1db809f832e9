import type { PeopleView } from '../../../api/people.js'
import type { NoticeText } from '../../ui/notice.js'
import type { Secret } from './secret-dialog.js'

/** What a part of the page is given. */
export interface PeoplePartProps {
  readonly people: PeopleView
  /** Whether texts have the words that are searched for. */
  readonly matches: (texts: readonly (string | null)[]) => boolean
  /** Reports the result of a change. */
  readonly say: (notice: NoticeText) => void
  /** Shows a link or a token, which is stored nowhere. */
  readonly show: (secret: Secret) => void
}
