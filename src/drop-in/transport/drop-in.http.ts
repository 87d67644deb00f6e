import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Authenticator, authenticateFor, type Tenant, tenantOf } from '../../platform/auth/principal.js';
import { parseIdempotencyKey } from '../../platform/http/idempotency-key.js';
import { partsOf, TAKES_FORMS } from '../../platform/http/multipart.js';
import { DropInService, type GraphAnswer } from '../drop-in.service.js';
import { DropInMediaService } from '../drop-in-media.service.js';

/** Any version of the Graph API: the one that is spoken to Meta is a setting. */
const VERSION = '/:version(^v\\d{1,3}\\.\\d{1,2}$)';

type Handler = (tenant: Tenant, request: FastifyRequest) => Promise<GraphAnswer>;

/**
 * The Cloud API's own paths, as plain Fastify routes: their errors have Graph's shape and not that of our problem
 * documents, also where the framework refuses a request before any handler sees it.
 */
@Injectable()
export class DropInHttpRoutes implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost<FastifyAdapter>,
    private readonly authenticator: Authenticator,
    private readonly dropIn: DropInService,
    private readonly media: DropInMediaService,
  ) {}

  /** Nest calls it before it lays its own routes. */
  onModuleInit(): void {
    const server = this.host.httpAdapter.getInstance() as unknown as FastifyInstance;
    // Not awaited: that would end Fastify's start before Nest has set its error handler. It is loaded when the rest is.
    server.register(async (scope) => {
      scope.setErrorHandler((error, request, reply) => send(reply, this.dropIn.failure(error, givenIn(request))));
      scope.post(
        `${VERSION}/:id/messages`,
        this.answer('messages:write', (tenant, r) => this.messages(tenant, r)),
      );
      const uploads = this.answer('media:write', (tenant, r) =>
        this.media.upload(tenant, idOf(r), partsOf(r), keyOf(r)),
      );
      scope.post(`${VERSION}/:id/media`, { config: TAKES_FORMS }, uploads);
      scope.get(`${VERSION}/:id`, { exposeHeadRoute: false }, this.file('media:read', 'GET'));
      scope.delete(`${VERSION}/:id`, this.file('media:write', 'DELETE'));
      scope.all(`${VERSION}/*`, { exposeHeadRoute: false }, (request, reply) =>
        send(reply, this.dropIn.unknownPath(pathBelowVersion(request))),
      );
    });
  }

  private messages(tenant: Tenant, request: FastifyRequest): Promise<GraphAnswer> {
    return this.dropIn.postMessages(tenant, idOf(request), request.body, keyOf(request));
  }

  private file(scope: string, method: 'GET' | 'DELETE') {
    return this.answer(scope, (tenant, request) =>
      this.media.answer(tenant, { method, id: idOf(request), origin: `${request.protocol}://${request.host}` }),
    );
  }

  private answer(scope: string, handler: Handler) {
    return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const principal = await authenticateFor(this.authenticator, request.headers.authorization, scope);
      return send(reply, await handler(tenantOf(principal), request));
    };
  }
}

function idOf(request: FastifyRequest): string {
  return (request.params as { id: string }).id;
}

function keyOf(request: FastifyRequest): string | null {
  return parseIdempotencyKey(request.headers['idempotency-key']);
}

/** What the caller gave, to tell a missing field from a wrong one. Of a form it is known only that it is one. */
function givenIn(request: FastifyRequest): unknown {
  return request.isMultipart() ? { file: true } : request.body;
}

function pathBelowVersion(request: FastifyRequest): string {
  return `/${(request.params as { '*': string })['*']}`;
}

function send(reply: FastifyReply, answer: GraphAnswer): FastifyReply {
  return reply.status(answer.status).type('application/json; charset=utf-8').send(JSON.stringify(answer.body));
}
