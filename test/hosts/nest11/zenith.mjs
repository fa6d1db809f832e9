import * as integration from '@gravito/quasar/nest'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { openNestWithZenith } from '../shared/nest-zenith.mjs'

const adapters = { express: ExpressAdapter, fastify: FastifyAdapter }
await openNestWithZenith({ Module, NestFactory, adapters }, integration, process.argv.slice(2))
