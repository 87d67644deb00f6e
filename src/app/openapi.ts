import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

const DESCRIPTION = `Integration gateway between CRM and marketing platforms and Meta's WhatsApp Cloud API.
Errors are problem documents (RFC 9457); times are RFC 3339 in UTC; unknown fields are refused.`;

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
    .addTag('accounts', 'What a portfolio owns at Meta.')
    .addTag('webhooks', "Meta's way in.")
    .addTag('operations', 'Health and metrics.')
    .build();
  const document = SwaggerModule.createDocument(app, config);
  // What needs no key says so: an operation without a word on it is a mistake to the linter, and to readers.
  for (const item of Object.values(document.paths)) {
    for (const method of ['get', 'post', 'put', 'patch', 'delete'] as const) {
      const operation = item[method];
      if (operation !== undefined) operation.security ??= [];
    }
  }
  for (const [path, operations] of Object.entries(webhookPaths())) document.paths[path] = operations;
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
  const refusal = {
    description: 'Refused; nothing is kept.',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemView' } } },
  };
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
      responses: responses('Stored.', 401, 413, 503),
    },
  });
  return {
    '/webhooks/whatsapp': pathItem('', []),
    '/webhooks/whatsapp/{app_id}': pathItem('OfApp', [appId]),
  };
}
