import { type ComponentType, lazy } from 'react'
import type { Overview } from '../../api/overview.js'
import { PulsePage } from '../features/pulse/pulse-page.js'
import { ServicesPage } from '../features/services/services-page.js'
import type { PageName } from '../routing/pages.js'
import { UnknownPage } from './unknown-page.js'

// What few look at first is loaded when it is looked at.
const ServicePage = lazy(async () => ({ default: (await import('../features/services/service-page.js')).ServicePage }))
const ProcessPage = lazy(async () => ({ default: (await import('../features/services/process-page.js')).ProcessPage }))
const SlowPage = lazy(async () => ({ default: (await import('../features/slow/slow-page.js')).SlowPage }))
const ExceptionsPage = lazy(async () => ({
  default: (await import('../features/exceptions/exceptions-page.js')).ExceptionsPage,
}))
const QueuesPage = lazy(async () => ({ default: (await import('../features/queues/queues-page.js')).QueuesPage }))
const QueuePage = lazy(async () => ({ default: (await import('../features/queue/queue-page.js')).QueuePage }))
const JobPage = lazy(async () => ({ default: (await import('../features/jobs/job-page.js')).JobPage }))
const RoutesPage = lazy(async () => ({ default: (await import('../features/routes/routes-page.js')).RoutesPage }))
const RoutePage = lazy(async () => ({ default: (await import('../features/routes/route-page.js')).RoutePage }))
const FailuresPage = lazy(async () => ({
  default: (await import('../features/failures/failures-page.js')).FailuresPage,
}))
const SchedulersPage = lazy(async () => ({
  default: (await import('../features/schedulers/schedulers-page.js')).SchedulersPage,
}))
const ArchivedJobsPage = lazy(async () => ({
  default: (await import('../features/archive-jobs/archived-jobs-page.js')).ArchivedJobsPage,
}))
const ArchivedJobPage = lazy(async () => ({
  default: (await import('../features/archive-jobs/archived-job-page.js')).ArchivedJobPage,
}))
const TimeTravelPage = lazy(async () => ({
  default: (await import('../features/time-travel/time-travel-page.js')).TimeTravelPage,
}))
const AlertsPage = lazy(async () => ({ default: (await import('../features/alerts/alerts-page.js')).AlertsPage }))
const ActivityPage = lazy(async () => ({
  default: (await import('../features/activity/activity-page.js')).ActivityPage,
}))
const PeoplePage = lazy(async () => ({ default: (await import('../features/people/people-page.js')).PeoplePage }))
const AccountPage = lazy(async () => ({ default: (await import('../features/account/account-page.js')).AccountPage }))

/** Loaded as soon as the page is live, so that what is typed just after its key is not lost. */
export const loadPalette = async () => ({ default: (await import('./palette.js')).Palette })
export const Palette = lazy(loadPalette)
export const HelpDialog = lazy(async () => ({ default: (await import('./help-dialog.js')).HelpDialog }))

/** Where there are several clusters. */
export const ClustersPage = lazy(async () => ({
  default: (await import('../features/clusters/clusters-page.js')).ClustersPage,
}))
export const UnknownCluster = lazy(async () => ({
  default: (await import('../features/clusters/unknown-cluster.js')).UnknownCluster,
}))

/** What draws each page. */
export const PAGES: Readonly<Record<PageName, ComponentType<{ overview: Overview }>>> = {
  pulse: PulsePage,
  services: ServicesPage,
  service: ServicePage,
  process: ProcessPage,
  routes: RoutesPage,
  route: RoutePage,
  queues: QueuesPage,
  queue: QueuePage,
  job: JobPage,
  jobs: ArchivedJobsPage,
  'archived-job': ArchivedJobPage,
  failures: FailuresPage,
  schedulers: SchedulersPage,
  slow: SlowPage,
  exceptions: ExceptionsPage,
  alerts: AlertsPage,
  activity: ActivityPage,
  'time-travel': TimeTravelPage,
  people: PeoplePage,
  account: AccountPage,
  unknown: UnknownPage,
}

/** Users are those of all clusters: their pages need none. */
export const PAGES_OF_NONE: Readonly<Partial<Record<PageName, ComponentType>>> = {
  people: PeoplePage,
  account: AccountPage,
}
