import { StreamableFile } from '@nestjs/common'
import { ExceptionsHandler } from '@nestjs/core/exceptions/exceptions-handler.js'
import { GuardsConsumer } from '@nestjs/core/guards/guards-consumer.js'
import { InterceptorsConsumer } from '@nestjs/core/interceptors/interceptors-consumer.js'
import type { NestClasses } from './entry-points.js'

/** Of the copy of Nest that this package finds. */
export const CLASSES: NestClasses = { ExceptionsHandler, GuardsConsumer, InterceptorsConsumer, StreamableFile }
