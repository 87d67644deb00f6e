import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Agent } from 'undici';
import { guardedAgent } from './guarded-agent.js';
import { guardedLookup, type Resolve } from './guarded-lookup.js';

let connections = 0;
const server = createServer((request, response) => {
  if (request.url === '/moved') response.writeHead(302, { location: '/secret' }).end();
  else response.end('secret');
});
server.on('connection', () => {
  connections += 1;
});
let port: number;
const agents: Agent[] = [];

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  await Promise.all(agents.map((agent) => agent.destroy()));
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** An agent for which every name stands for these addresses, one answer after the other. */
function agentOver(...answers: string[][]): { agent: Agent; asked: () => number } {
  let asked = 0;
  const resolve: Resolve = (_, done) => {
    const addresses = answers[Math.min(asked, answers.length - 1)] ?? [];
    asked += 1;
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  const agent = guardedAgent({ privateToo: false }, { answerMs: 20_000 }, guardedLookup(resolve));
  agents.push(agent);
  return { agent, asked: () => asked };
}
const get = (agent: Agent, path = '/') =>
  agent.request({ origin: `http://files.example:${port}`, path, method: 'GET' });

describe('a connection to a host that somebody else named', () => {
  it.each([
    [['127.0.0.1']],
    [['::1']],
    [['::ffff:127.0.0.1']],
    [['10.1.2.3']],
    [['169.254.169.254']],
    [['8.8.8.8', '127.0.0.1']],
    [['127.0.0.1', '2606:4700:4700::1111']],
    [[]],
  ])('is not opened when the name stands for %j', async (addresses) => {
    const before = connections;
    const { agent } = agentOver(addresses);
    await expect(get(agent)).rejects.toMatchObject({ code: 'ADDRESS_NOT_PUBLIC' });
    expect(connections).toBe(before);
  });

  it('goes to the addresses that were judged: a name that stands for another one afterwards is not asked again', () => {
    const answers = [[{ address: '8.8.8.8', family: 4 }], [{ address: '127.0.0.1', family: 4 }]];
    const lookup = guardedLookup((_, done) => done(null, answers.shift() ?? []));
    const given: unknown[] = [];
    lookup('rebinding.example', { all: true }, (...result) => given.push(result));
    lookup('rebinding.example', { all: true }, (...result) => given.push(result));
    expect(given).toEqual([
      [null, [{ address: '8.8.8.8', family: 4 }]],
      [expect.objectContaining({ code: 'ADDRESS_NOT_PUBLIC' }), ''],
    ]);
  });

  it('is one address when one is asked for, of the family that is asked for', () => {
    const both = [
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700:4700::1111', family: 6 },
    ];
    const lookup = guardedLookup((_, done) => done(null, both));
    const given: unknown[] = [];
    lookup('x.example', {}, (...result) => given.push(result));
    lookup('x.example', { family: 6 }, (...result) => given.push(result));
    expect(given).toEqual([
      [null, '8.8.8.8', 4],
      [null, '2606:4700:4700::1111', 6],
    ]);
  });

  it('follows no redirect, and goes to private addresses where that was chosen', async () => {
    const agent = guardedAgent({ privateToo: true }, { answerMs: 20_000 });
    agents.push(agent);
    const answer = await agent.request({ origin: `http://127.0.0.1:${port}`, path: '/moved', method: 'GET' });
    expect(answer.statusCode).toBe(302);
    expect(await answer.body.text()).toBe('');
  });
});
