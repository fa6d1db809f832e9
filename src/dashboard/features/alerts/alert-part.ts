import type { Overview } from '../../../api/overview.js'
import type { NoticeText } from '../../ui/notice.js'

/** What a part of the page is given. */
export interface AlertPartProps {
  readonly overview: Overview
  /** Tells what came of a change. */
  readonly say: (notice: NoticeText) => void
}
