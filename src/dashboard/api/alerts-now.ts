import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Alert, AlertEvent, AlertListing } from '../../api/alerts.js'
import { type GenericSchema, listOf, object, text } from '../../api/schema.js'
import { type Asker, fetchJson } from './fetch-json.js'
import { useAlertNews } from './hooks.js'
import { AGAIN_MS, query } from './monitoring-api.js'
import { useHasAlerts } from './session.js'

/** What every page shows of alerts: it is a part of the first load, so it does not load their schemas. */

/** As many as the API lists at once; the worst are first. */
const MOST = 1_000

const SHAPE = object('', {
  items: listOf(text('')),
  totals: object('', {}),
  problems: listOf(text('')),
}) as GenericSchema<unknown, unknown> as GenericSchema<unknown, AlertListing>

const QUERY = {
  queryKey: ['alerts', 'now'],
  queryFn: (asker: Asker) => fetchJson(`api/alerts?limit=${MOST}`, SHAPE, asker),
  staleTime: Number.POSITIVE_INFINITY,
}

/** The alerts that are not ok: asked again every 15 s, and whenever the stream tells of a change. One component of the page uses it. */
export function useAlertsLive(): UseQueryResult<AlertListing> {
  const news = useAlertNews()
  const client = useQueryClient()
  useEffect(() => {
    if (news > 0) void client.invalidateQueries({ queryKey: ['alerts'] })
  }, [news, client])
  return useQuery({ ...useQueryOfAlerts(), refetchInterval: AGAIN_MS })
}

/** Nothing is asked where alerts are switched off. */
function useQueryOfAlerts() {
  return { ...QUERY, enabled: useHasAlerts() === true, refetchInterval: false } as const
}

/** The same as they are known, wherever they are shown. */
export function useAlerts(): UseQueryResult<AlertListing> {
  return useQuery(useQueryOfAlerts())
}

/** Those that are about one thing; the same function as long as it is the same thing. */
export function useAlertsOf(isAbout: (alert: Alert) => boolean): readonly Alert[] {
  const select = ({ items }: AlertListing) => items.filter((alert) => alert.firedAt !== null && isAbout(alert))
  return useQuery({ ...useQueryOfAlerts(), select }).data ?? NONE
}

const NONE: readonly Alert[] = []

const EVENTS = object('', { items: listOf(text('')) }) as GenericSchema<unknown, unknown> as GenericSchema<
  unknown,
  { readonly items: readonly AlertEvent[] }
>

/** What alerts about a service did lately, newest first; undefined as long as that is not known. @param service empty for none */
export function useAlertEvents(service: string): readonly AlertEvent[] | undefined {
  const { data } = useQuery({
    queryKey: ['alerts', 'events', service],
    enabled: useHasAlerts() === true && service !== '',
    queryFn: (asker) => fetchJson(`api/alerts/history${query({ service, limit: '300' })}`, EVENTS, asker),
  })
  return data?.items
}
