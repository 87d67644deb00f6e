import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { GATEWAY_ERRORS } from '../core/gateway-error.js';
import { shapedSchemas } from '../platform/http/shaped.js';

const DESCRIPTION = `Integration gateway between CRM and marketing platforms and Meta's WhatsApp Cloud API.
Errors are problem documents (RFC 9457); times are RFC 3339 in UTC; unknown fields are refused.`;

const PROBLEM = { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemView' } } };

/** What the HTTP server itself refuses of any body, before an operation sees it. */
const BODY_REFUSALS = {
  '400': { description: GATEWAY_ERRORS.invalid_request.title, content: PROBLEM },
  '413': { description: GATEWAY_ERRORS.payload_too_large.title, content: PROBLEM },
  '415': { description: GATEWAY_ERRORS.unsupported_media_type.title, content: PROBLEM },
};

/** Builds the OpenAPI 3.1 document of the REST interface from the controllers and their DTOs. */
export function buildOpenApi(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Heliograph')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'API key',
      description: 'An API key of a portfolio.',
    })
    .addTag('messages', 'Send messages and read what became of them.')
    .addTag('phone checks', 'Bring recipients’ numbers into international form.')
    .addTag('templates', 'Message templates: what Meta has, and what its review would say.')
    .addTag('media', 'Files to send, and files that people sent.')
    .addTag('rate limits', 'What Meta allows, what is used of it, and what has stopped.')
    .addTag('accounts', 'What a portfolio owns at Meta.')
    .addTag('webhooks', "Meta's way in.")
    .addTag('operations', 'Health and metrics.')
    .build();
  const document = SwaggerModule.createDocument(app, config);
  // What needs no key says so: an operation without a word on it is a mistake to the linter, and to readers.
  for (const item of Object.values(document.paths)) {
    for (const method of ['get', 'post', 'put', 'patch', 'delete'] as const) {
      const operation = item[method];
      if (operation === undefined) continue;
      operation.security ??= [];
      if (method !== 'get') operation.responses = { ...BODY_REFUSALS, ...operation.responses };
    }
  }
  for (const [path, operations] of Object.entries(webhookPaths())) document.paths[path] = operations;
  const { schemas, ...components } = document.components ?? {};
  document.components = { ...components, schemas: { ...schemas, ...shapedSchemas() } as never };
  return document;
}

/** Serves the document at `/openapi.json` and a page to try it at `/docs`. */
export function serveOpenApi(app: INestApplication): void {
  SwaggerModule.setup('docs', app, () => buildOpenApi(app), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
  });
}

/** The webhook routes are plain Fastify (`webhooks.http.ts`), so Nest does not know them. */
function webhookPaths(): OpenAPIObject['paths'] {
  const query = (name: string) => ({ name, in: 'query' as const, required: true, schema: { type: 'string' } });
  const appId = { name: 'app_id', in: 'path' as const, required: true, schema: { type: 'string' } };
  const signature = { name: 'X-Hub-Signature-256', in: 'header' as const, required: true, schema: { type: 'string' } };
  const refusal = { description: 'Refused; nothing is kept.', content: PROBLEM };
  const responses = (ok: string, ...errors: number[]) => ({
    '200': { description: ok },
    ...Object.fromEntries(errors.map((status) => [String(status), refusal])),
  });
  const pathItem = (suffix: string, parameters: object[]) => ({
    get: {
      operationId: `verifyWebhook${suffix}`,
      summary: "Meta's handshake",
      tags: ['webhooks'],
      security: [],
      parameters: [...parameters, query('hub.mode'), query('hub.verify_token'), query('hub.challenge')] as never,
      responses: responses('The challenge.', 403),
    },
    post: {
      operationId: `receiveWebhook${suffix}`,
      summary: 'A webhook of Meta’s, answered once its bytes are durable',
      tags: ['webhooks'],
      security: [],
      parameters: [...parameters, signature] as never,
      requestBody: { required: true, content: { 'application/json': { schema: { type: 'object' } } } },
      responses: responses('Stored.', 401, 413, 415, 503),
    },
  });
  return {
    '/webhooks/whatsapp': pathItem('', []),
    '/webhooks/whatsapp/{app_id}': pathItem('OfApp', [appId]),
  };
}
