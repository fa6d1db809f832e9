import type { AccountView } from '../../../api/people.js'
import type { NoticeText } from '../../ui/notice.js'

/** What each part of the account page gets. */
export interface OwnPartProps {
  readonly account: AccountView
  /** Reports the result of a change. */
  readonly say: (notice: NoticeText) => void
}
