import type { ReceiverKind } from '../../api/alerts.js'

export function placeOf(_kind: ReceiverKind, address: string): string {
  return URL.canParse(address) ? new URL(address).host : address
}

export function addressProblem(_kind: ReceiverKind, address: string, _secret: string): string | null {
  return address === '' ? 'address: takes a URL.' : null
}
