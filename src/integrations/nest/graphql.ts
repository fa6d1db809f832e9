import { Injectable, SetMetadata } from '@nestjs/common'
import { type ApolloListener, quasarGraphql } from '../graphql/index.js'
import { APOLLO_PLUGIN } from './internals/metadata.js'

/** Follows the operations of an app with @nestjs/apollo. */
@Injectable()
@SetMetadata(APOLLO_PLUGIN, true)
export class ApolloPlugin {
  readonly requestDidStart: () => Promise<ApolloListener> = quasarGraphql().requestDidStart
}
