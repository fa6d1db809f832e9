import { keepPreviousData, type UseQueryResult, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import {
  AlertEventListing,
  AlertPreview,
  type AlertRule,
  AlertRuleListing,
  DeliveryListing,
  ReceiverListing,
  ReceiverTest,
  SilenceListing,
} from '../../api/alerts.js'
import type {
  AlertChangeInput,
  AlertRulesChangeInput,
  ReceiversChangeInput,
  SilencesChangeInput,
} from '../../api/changes.js'
import { Done } from '../../api/jobs.js'
import { type GenericSchema, object } from '../../api/schema.js'
import type { TimeRange } from '../../api/time-window.js'
import { useChange } from './changes.js'
import { fetchJson, postJson } from './fetch-json.js'
import { AGAIN_MS, query, timeOf } from './monitoring-api.js'
import { useSession } from './session.js'

/** What the page of alerts asks for beside those that are not ok. Everything is under the key `alerts`. */

export function useAlertRules(): UseQueryResult<AlertRuleListing> {
  return useListing('rules', AlertRuleListing)
}

export function useSilences(): UseQueryResult<SilenceListing> {
  return useListing('silences', SilenceListing)
}

export function useReceivers(): UseQueryResult<ReceiverListing> {
  return useListing('receivers', ReceiverListing)
}

export function useDeliveries(): UseQueryResult<DeliveryListing> {
  return useListing('deliveries', DeliveryListing)
}

function useListing<T>(name: string, schema: GenericSchema<unknown, T>): UseQueryResult<T> {
  return useQuery({
    queryKey: ['alerts', name],
    queryFn: (asker) => fetchJson(`api/alerts/${name}`, schema, asker) as Promise<T>,
  })
}

const NEWEST = 12
const PAGE = 100

/** The newest changes of a rule or of an alert. */
export function useAlertHistory(of: { readonly rule: string } | { readonly alert: string }) {
  return useQuery({
    queryKey: ['alerts', 'history', of],
    queryFn: (asker) =>
      fetchJson(`api/alerts/history${query({ ...of, limit: String(NEWEST) })}`, AlertEventListing, asker),
  })
}

/** Which changes of alerts are asked for; empty texts for all. */
export interface ChangesAsked {
  readonly rule: string
  readonly alert: string
  readonly service: string
  readonly severity: string
  readonly change: string
  readonly q: string
  /** Null for all times. */
  readonly range: TimeRange | null
}

/** Parameters of changes, in the API's URLs. */
export function changesQuery({ range, ...of }: ChangesAsked, more: Readonly<Record<string, string>> = {}): string {
  return query({ ...of, ...(range && timeOf(range)), ...more })
}

/** What alerts did, newest first. More pages stay as they were read. */
export function useAlertChanges(asked: ChangesAsked) {
  return useInfiniteQuery({
    queryKey: ['alerts', 'changes', asked],
    initialPageParam: '',
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > 1 ? false : AGAIN_MS),
    getNextPageParam: ({ next }: AlertEventListing) => next,
    queryFn: (asker) => {
      const path = `api/alerts/history${changesQuery(asked, { limit: String(PAGE), after: asker.pageParam ?? '' })}`
      return fetchJson(path, AlertEventListing, asker)
    },
  })
}

/** What a rule would have done. @param rule null as long as there is none that could be tried */
export function useAlertPreview(rule: AlertRule | null): UseQueryResult<AlertPreview> {
  const token = useSession()?.token ?? ''
  const asked = JSON.stringify(rule)
  return useQuery({
    queryKey: ['alert-preview', asked],
    enabled: rule !== null && token !== '',
    refetchInterval: false,
    placeholderData: keepPreviousData,
    queryFn: (asker) => postJson('api/alerts/preview', { rule: JSON.parse(asked) }, token, AlertPreview, asker),
  })
}

export function useAlertChange() {
  return useChange((body: AlertChangeInput) => ({ path: 'api/alerts', body, schema: Done }))
}

export function useRulesChange() {
  return useChange((body: AlertRulesChangeInput) => ({ path: 'api/alerts/rules', body, schema: Done }))
}

export function useSilencesChange() {
  return useChange((body: SilencesChangeInput) => ({ path: 'api/alerts/silences', body, schema: Done }))
}

export function useReceiversChange() {
  return useChange((body: Exclude<ReceiversChangeInput, { action: 'test' }>) => ({
    path: 'api/alerts/receivers',
    body,
    schema: Done,
  }))
}

const Tested = object('The result of a test.', { test: ReceiverTest })

export function useReceiverTest() {
  return useChange((id: string) => ({ path: 'api/alerts/receivers', body: { action: 'test', id }, schema: Tested }))
}
