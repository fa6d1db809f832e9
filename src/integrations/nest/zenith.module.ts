import { ConfigurableModuleBuilder, Inject, Module, type OnModuleDestroy } from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import type { Zenith } from '../../runtime/create-zenith.js'
import type { ZenithModuleOptions } from './mount-zenith.js'

export type { ZenithModuleOptions }

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<ZenithModuleOptions>()
  .setClassMethodName('forRoot')
  .build()

const ZENITH = Symbol('Zenith')

/** Loaded by those that show it alone: of an app that reports it would be a third of what stays in memory. */
async function mount(options: ZenithModuleOptions, host: HttpAdapterHost): Promise<Zenith | null> {
  const { mountZenith } = await import('./mount-zenith.js')
  return mountZenith(options, host.httpAdapter ?? null)
}

/**
 * Mounts Zenith in Nest 10 to 12, on Express and on Fastify.
 *
 * @throws QuasarError `invalid_option`
 * @example imports: [QuasarModule.forRoot(), ZenithModule.forRoot({ path: '/quasar' })]
 */
@Module({ providers: [{ provide: ZENITH, inject: [MODULE_OPTIONS_TOKEN, HttpAdapterHost], useFactory: mount }] })
export class ZenithModule extends ConfigurableModuleClass implements OnModuleDestroy {
  constructor(@Inject(ZENITH) private readonly zenith: Zenith | null) {
    super()
  }

  /** Before the server closes: it waits for streams, and they never end by themselves. */
  async onModuleDestroy(): Promise<void> {
    await this.zenith?.close()
  }
}
