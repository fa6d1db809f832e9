import { type DynamicModule, Global, Inject, Module, type NestModule } from '@nestjs/common'
import { DiscoveryModule } from '@nestjs/core'
import { ApolloPlugin } from './graphql.js'
import { JobDiscovery } from './jobs.js'
import { ConfigurableModuleClass, type QuasarModuleOptions } from './options.js'
import { QuasarService } from './quasar.service.js'
import { QueueDiscovery } from './queues.js'

/**
 * Reports every request that the app gets, guards, middleware and unknown paths included. Stops with the app. For Nest
 * 10 to 12, on Express and on Fastify.
 *
 * @throws QuasarError `invalid_option`
 * @example imports: [QuasarModule.forRoot()]
 */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [QuasarService, JobDiscovery, QueueDiscovery, ApolloPlugin],
  exports: [QuasarService],
})
export class QuasarModule extends ConfigurableModuleClass implements NestModule {
  constructor(@Inject(QuasarService) private readonly service: QuasarService) {
    super()
  }

  static override forRoot(options: QuasarModuleOptions = {}): DynamicModule {
    return ConfigurableModuleClass.forRoot.call(QuasarModule, options)
  }

  /** A testing module gets its server after its providers; this is the last moment before the routes. */
  configure(): void {
    this.service.follow()
  }
}
