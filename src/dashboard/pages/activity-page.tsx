import { PageBar } from '../components/page-bar.js'
export function ActivityPage() {
  return <PageBar title="activity" />
}
