export const STREAM_MS: number
