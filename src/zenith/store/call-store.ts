import { ApiError } from '../http/api-error.js'
import { storeErrorInWords } from './store-error.js'

/** Rejects with the API error `store_unavailable` when the store fails. */
export async function callStore<T>(call: () => T): Promise<Awaited<T>> {
  try {
    return await call()
  } catch (error) {
    throw new ApiError('store_unavailable', storeErrorInWords(error))
  }
}
