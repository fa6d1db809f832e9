import { PageBar } from '../components/page-bar.js'
export function FailuresPage() {
  return <PageBar title="failures" />
}
