// The floor of `accept`: what taking a message on costs when nothing is judged, keyed, told or owned. Fastify as the
// gateway uses it, JSON.parse, one `insert` for a request (a batch by unnest), 202 with the id. Arguments: the database's
// URL. Prints `listening on PORT`.
import { fastify } from 'fastify';
import pg from 'pg';
import { v7 } from 'uuid';

const [connectionString = ''] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString, max: 10 });
await pool.query('create table if not exists bare_messages (id uuid primary key, body jsonb not null)');
const server = fastify({ bodyLimit: 8 * 1024 * 1024 });

server.post('/v1/messages', async (request, reply) => {
  const id = v7();
  const values = [id, JSON.stringify(request.body)];
  await pool.query({ name: 'one', text: 'insert into bare_messages (id, body) values ($1, $2)', values });
  return reply.status(202).send({ id, state: 'queued' });
});

server.post('/v1/messages/batch', async (request, reply) => {
  const { messages } = request.body as { messages: object[] };
  const ids = messages.map(() => v7());
  const values = [ids, messages.map((message) => JSON.stringify(message))];
  const text = 'insert into bare_messages (id, body) select * from unnest($1::uuid[], $2::jsonb[])';
  await pool.query({ name: 'many', text, values });
  return reply.status(202).send({ results: ids.map((id, index) => ({ index, id, state: 'queued' })) });
});

await server.listen({ port: 0, host: '127.0.0.1' });
process.on('SIGTERM', () => process.exit(0));
console.log(`listening on ${(server.server.address() as { port: number }).port}`);
