import type { Redis } from 'ioredis'

export interface Flood {
  readonly size: number
  readonly fill: (client: Redis, size: number) => Promise<unknown>
}
export declare const HEALTHY: string
export declare const KINDS: Readonly<Record<string, Flood>>
export declare function fillHealthy(client: Redis): Promise<void>
