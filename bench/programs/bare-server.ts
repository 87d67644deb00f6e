// The floor of `ingest`: what a webhook costs when nothing is kept of it. Fastify as the gateway uses it, the HMAC over
// the raw bytes, JSON.parse, 200. Arguments: the app secret. Prints `listening on PORT`.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { fastify } from 'fastify';

const [secret = ''] = process.argv.slice(2);
const server = fastify();
server.removeAllContentTypeParsers();
server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

server.post('/webhooks/whatsapp/:app_id', async (request, reply) => {
  const body = request.body as Buffer;
  const given = Buffer.from(String(request.headers['x-hub-signature-256']).slice('sha256='.length), 'hex');
  const own = createHmac('sha256', secret).update(body).digest();
  if (given.length !== own.length || !timingSafeEqual(given, own)) return reply.status(401).send();
  const { entry } = JSON.parse(body.toString('utf8')) as { entry?: unknown[] };
  return reply.status(entry === undefined ? 400 : 200).send();
});

await server.listen({ port: 0, host: '127.0.0.1' });
process.on('SIGTERM', () => process.exit(0));
console.log(`listening on ${(server.server.address() as { port: number }).port}`);
