import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from '../../platform/http/problem.filter.js';
import { toGatewayError } from '../../platform/transport/to-gateway-error.js';
import { WebhooksService } from '../webhooks.service.js';

/** Meta's largest body is 3 MB; more is not Meta's. */
const LARGEST_BODY = 4 * 1024 * 1024;

/**
 * Meta's way in, as plain Fastify routes of their own: the signature is over the raw bytes, so no parser may touch
 * them before it is checked, and this is the path that has to bear three webhooks for every message sent.
 */
@Injectable()
export class WebhooksHttpRoutes implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost<FastifyAdapter>,
    private readonly webhooks: WebhooksService,
  ) {}

  /** Nest calls it before it lays its own routes. */
  onModuleInit(): void {
    const server = this.host.httpAdapter.getInstance() as unknown as FastifyInstance;
    // Not awaited: that would end Fastify's start before Nest has set its error handler. It is loaded when the rest is.
    server.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      const options = { parseAs: 'buffer', bodyLimit: LARGEST_BODY } as const;
      scope.addContentTypeParser('*', options, (_request, body, done) => done(null, body));
      scope.setErrorHandler((error, _request, reply) => sendProblem(reply, toGatewayError(error)));
      for (const path of ['/webhooks/whatsapp', '/webhooks/whatsapp/:app_id']) {
        scope.get(path, { exposeHeadRoute: false }, (request, reply) => this.verify(request, reply));
        scope.post(path, { bodyLimit: LARGEST_BODY }, (request, reply) => this.receive(request, reply));
      }
    });
  }

  private verify(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const query = request.query as Record<string, string | undefined>;
    const challenge = this.webhooks.verify(appIdOf(request), {
      mode: query['hub.mode'],
      verifyToken: query['hub.verify_token'],
      challenge: query['hub.challenge'],
    });
    return reply.type('text/plain').send(challenge);
  }

  private async receive(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const signature = request.headers['x-hub-signature-256'];
    await this.webhooks.receive(appIdOf(request), body, typeof signature === 'string' ? signature : undefined);
    return reply.status(200).send();
  }
}

/** Null on the path of a single app: the signature tells which one it is. */
function appIdOf(request: FastifyRequest): string | null {
  return (request.params as { app_id?: string }).app_id ?? null;
}
