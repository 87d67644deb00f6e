import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Gateway } from './gateway.js';

let stop: () => Promise<void> = async () => undefined;
afterEach(() => stop());

/** A server whose health is good and that knows one key. */
async function gatewayWithKey(known: string, given: string): Promise<Gateway> {
  const server = createServer((request, response) => {
    const isKnown = request.url === '/health/ready' || request.headers.authorization === `Bearer ${known}`;
    response.writeHead(isKnown ? 200 : 401).end('{"messages":[]}');
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const gateway = new Gateway(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, given, 1);
  stop = async () => {
    await gateway.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return gateway;
}

describe('a gateway', () => {
  it('is ready when it is healthy and knows our key', async () => {
    expect(await (await gatewayWithKey('ours', 'ours')).isReady()).toBe(true);
  });

  it('is not ready when somebody else has taken its port, however healthy that one is', async () => {
    expect(await (await gatewayWithKey('theirs', 'ours')).isReady()).toBe(false);
  });

  it('is not ready while nobody listens', async () => {
    const gateway = await gatewayWithKey('ours', 'ours');
    await stop();
    stop = async () => undefined;
    expect(await gateway.isReady()).toBe(false);
  });
});
